"""The harness itself: each real part accepts what is right, refuses what is wrong, and its absence is loud."""

import json
from pathlib import Path

import psycopg
import pytest

from tests.real import kubernetes, parts
from tests.real.parts import Part, RefusedError
from tests.real.postgres import Postgres, grammar_problems
from tests.real.terraform import Terraform

NAMESPACE = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "acme"}}
ROLE = {
    "apiVersion": "rbac.authorization.k8s.io/v1",
    "kind": "Role",
    "metadata": {"name": "reader"},
    "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}],
}
NOWHERE = Part("moon base", lambda: "no oxygen", "bring some")


@pytest.mark.parametrize(("ci", "outcome"), [("", pytest.skip.Exception), ("true", pytest.fail.Exception)])
def test_an_absent_part_skips_loudly_and_fails_in_ci(
    monkeypatch: pytest.MonkeyPatch, ci: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match=r"real part absent: moon base: no oxygen \(to get it: bring some\)"):
        parts.need(NOWHERE)


def test_the_summary_counts_absent_parts_only() -> None:
    absent = f"Skipped: {parts.ABSENT}moon base: no oxygen"
    assert parts.summary(["Skipped: needs Linux", absent, absent]) == [
        "2 skipped, real part absent: moon base: no oxygen"
    ]


def test_the_mirror_is_found_by_its_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "example.test" / "hashicorp" / "aws").mkdir(parents=True)
    monkeypatch.setenv(parts.MIRROR_VARIABLE, str(tmp_path))
    assert parts.terraform_mirror() == tmp_path
    monkeypatch.setenv(parts.MIRROR_VARIABLE, str(tmp_path / "nothing"))
    assert parts.terraform_mirror() is None


@pytest.mark.parametrize("document", [NAMESPACE, ROLE], ids=lambda document: document["kind"])
def test_kubernetes_accepts(document: dict[str, object]) -> None:
    assert kubernetes.validate(document) == []


def test_kubernetes_refuses_an_unknown_field() -> None:
    [problem] = kubernetes.validate({**NAMESPACE, "metadata": {"name": "acme", "colour": "blue"}})
    assert problem.startswith("metadata: ")
    assert "colour" in problem


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({"kind": "Namespace"}, "a document needs apiVersion and kind"),
        ({"apiVersion": "v1", "kind": "Moon"}, "Kubernetes 1.30 has no Moon in v1"),
    ],
)
def test_kubernetes_refuses_what_it_does_not_know(document: dict[str, object], problem: str) -> None:
    assert kubernetes.validate(document) == [problem]


def test_kustomize_builds_a_folder(tmp_path: Path) -> None:
    (tmp_path / "kubernetes.yaml").write_text(f"{json.dumps(NAMESPACE)}\n---\n{json.dumps(ROLE)}\n")
    (tmp_path / "kustomization.yaml").write_text(
        json.dumps(
            {
                "apiVersion": "kustomize.config.k8s.io/v1beta1",
                "kind": "Kustomization",
                "resources": ["kubernetes.yaml"],
            }
        )
    )
    assert kubernetes.kustomize(tmp_path) == [NAMESPACE, ROLE]


def test_kustomize_refuses_a_folder_without_a_kustomization(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="kustomization"):
        kubernetes.kustomize(tmp_path)


def test_the_grammar_knows_row_security() -> None:
    assert grammar_problems("ALTER TABLE app.tracks FORCE ROW LEVEL SECURITY; SELECT 'é';") == []
    [problem] = grammar_problems("ALTER TABLE app.tracks FORCE ROW SECURITEE")
    assert "syntax error" in problem


def test_psql_runs_a_file_and_a_text(postgres: Postgres, scratch_database: str, tmp_path: Path) -> None:
    script = tmp_path / "schema.sql"
    script.write_text("CREATE TABLE IF NOT EXISTS song (title text);\nINSERT INTO song VALUES ('Für Elise');\n")
    for _ in range(2):
        postgres.psql(script, scratch_database)
    assert postgres.psql("SELECT * FROM song LIMIT 1", scratch_database).stdout == "Für Elise\n"
    assert postgres.rows("SELECT count(*) FROM song", scratch_database) == [(2,)]


def test_psql_refuses_a_wrong_file(postgres: Postgres, scratch_database: str, tmp_path: Path) -> None:
    script = tmp_path / "schema.sql"
    script.write_text("CREATE TABEL song (title text);\nCREATE TABLE after (title text);\n")
    with pytest.raises(RefusedError, match=r"schema\.sql:1: ERROR:  syntax error"):
        postgres.psql(script, scratch_database)
    assert postgres.rows("SELECT to_regclass('after')", scratch_database) == [(None,)]
    assert "syntax error" in postgres.psql(script, scratch_database, on_error_stop=False).stderr
    assert postgres.rows("SELECT to_regclass('after')::text", scratch_database) == [("after",)]


def test_a_role_sees_what_it_was_granted(postgres: Postgres, scratch_database: str) -> None:
    postgres.psql("CREATE ROLE reader LOGIN; CREATE ROLE asleep NOLOGIN; CREATE TABLE song ();", scratch_database)
    with (
        postgres.connect(scratch_database, role="reader") as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("SELECT FROM song")
    with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
        postgres.connect(scratch_database, role="asleep")


def test_scratch_takes_back_databases_and_roles(postgres: Postgres) -> None:
    census = "SELECT datname FROM pg_database UNION ALL SELECT rolname FROM pg_roles ORDER BY 1"
    before = postgres.rows(census)
    with postgres.scratch() as database:
        postgres.psql("CREATE ROLE owner LOGIN; GRANT CREATE ON SCHEMA public TO owner;", database)
        postgres.psql("CREATE TABLE song ();", database, role="owner")
        postgres.psql(
            "SELECT 'CREATE DATABASE other OWNER owner' \\gexec\nGRANT CONNECT ON DATABASE postgres TO owner;"
        )
        assert len(postgres.rows(census)) == len(before) + 3
    assert postgres.rows(census) == before


AWS = {"required_providers": {"aws": {"source": "hashicorp/aws", "version": "~> 5.0"}}}


def module(folder: Path, **bucket: object) -> Path:
    folder.mkdir()
    (folder / "versions.tf.json").write_text(json.dumps({"terraform": AWS}))
    (folder / "main.tf.json").write_text(json.dumps({"resource": {"aws_s3_bucket": {"data": bucket}}}))
    return folder


@pytest.mark.slow
def test_terraform_validates_a_folder(terraform: Terraform, tmp_path: Path) -> None:
    good = module(tmp_path / "good", bucket="acme")
    assert terraform.validate(good) == []
    assert {file.name for file in good.iterdir()} == {"main.tf.json", "versions.tf.json"}
    (good / "main.tf.json").write_text("{")
    [problem] = terraform.validate(good)
    assert "main.tf.json" in problem


@pytest.mark.slow
def test_terraform_names_the_bad_one_of_many(terraform: Terraform, tmp_path: Path) -> None:
    folders = {f"tenant-{number}": module(tmp_path / str(number), bucket="acme") for number in range(11)}
    folders["tenant-b"] = module(tmp_path / "b", bucket="acme", colour="blue")
    [problem] = terraform.validate_modules(folders)
    assert problem.startswith("tenant-b/main.tf.json:1:")
    assert "colour" in problem
