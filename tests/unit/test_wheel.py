"""The wheel works where no checkout is: it carries its library, and the command compiles an example with it."""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

import tenantc

ROOT = Path(__file__).parents[2]
LIBRARY = ("policies", "rules", "schemas", "tiers")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(ROOT, tmp_path_factory.mktemp("dist"))


def build(project: Path, folder: Path) -> Path:
    # the build backend itself, so that nothing is downloaded
    run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder, cwd=project)
    [file] = folder.glob("*.whl")
    return file


def run(*command: str | Path, cwd: Path) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(command, cwd=cwd, env=clean, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_wheel_carries_the_package_and_the_library(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        carried = {name for name in archive.namelist() if ".dist-info/" not in name}
    package = ROOT / "compiler" / "tenantc"
    expected = {f"tenantc/{file.relative_to(package).as_posix()}" for file in files(package)}
    for folder in LIBRARY:
        expected |= {f"tenantc/library/{file.relative_to(ROOT).as_posix()}" for file in files(ROOT / folder)}
    assert carried == expected
    assert "tenantc/py.typed" in carried


def files(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file() and "__pycache__" not in file.parts]


def test_the_installed_wheel_compiles_an_example(wheel: Path, tmp_path: Path) -> None:
    programs = install(tmp_path / "venv", wheel)
    where = run(programs / "python", "-c", "import tenantc; print(tenantc.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(tmp_path)
    assert tenantc.__version__ in run(programs / "tenantc", "--version", cwd=tmp_path)

    shutil.copytree(ROOT / "examples" / "minimal", tmp_path / "minimal", ignore=shutil.ignore_patterns("build"))
    run(programs / "tenantc", "compile", "minimal", "-o", "out", cwd=tmp_path)
    assert (tmp_path / "out" / "manifest.json").is_file()


def test_the_example_of_a_target_is_installed_beside_it(wheel: Path, tmp_path: Path) -> None:
    """Its own tests pass with what pip installed, and a new version of it is used at once: no cache holds artifacts."""
    example = ROOT / "examples" / "emitter"
    programs = install(tmp_path / "venv", wheel, build(example, tmp_path / "dist"))
    shutil.copytree(example / "workspace", tmp_path / "workspace", ignore=shutil.ignore_patterns("build"))
    shutil.copy(example / "test_tenantc_backstage.py", tmp_path)
    assert " passed" in run(programs / "python", "-m", "pytest", "-q", "test_tenantc_backstage.py", cwd=tmp_path)
    told = run(programs / "tenantc", "effects", "support.level", cwd=tmp_path / "workspace")
    assert "  drives backstage/system, System\n" in told

    catalogue = tmp_path / "workspace" / "build" / "tenants" / "acme" / "catalog-info.yaml"
    run(programs / "tenantc", "compile", cwd=tmp_path / "workspace")
    lines = catalogue.read_text().splitlines()
    assert "  type: tenant" in lines
    place = f"{catalogue}:{lines.index('    tenantc/support: business') + 1}"
    assert "  support.level = business\n" in run(programs / "tenantc", "why", place, cwd=tmp_path)
    explained = run(programs / "tenantc", "explain", "acme", "support.level", cwd=tmp_path / "workspace")
    assert "  drives backstage/system\n" in explained
    [module] = (tmp_path / "venv").rglob("tenantc_backstage.py")
    module.write_text(module.read_text().replace('"tenant"', '"customer"'))
    run(programs / "tenantc", "compile", cwd=tmp_path / "workspace")
    assert "  type: customer\n" in catalogue.read_text()


def install(folder: Path, *wheels: Path) -> Path:
    """Make an environment with the wheels' own packages that finds every other where this one has it."""
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", *wheels, cwd=folder)
    # folders named in a .pth are searched last, and their own .pth files, such as the editable tenantc's, are not read
    here = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    own = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    (own / "tools.pth").write_text("\n".join(sorted(here)))
    return folder / "bin"
