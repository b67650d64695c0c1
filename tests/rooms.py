"""Reads a source tree and says where it breaks the laws of the rooms; this project's table is in test_layers.py."""

import ast
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

PACKAGE = "tenantc"

# each of these reaches the disk, the clock, chance, the environment, other processes or the screen
IMPURE_MODULES = frozenset(
    (
        *("ctypes", "fileinput", "getpass", "glob", "importlib", "io", "locale", "logging", "multiprocessing", "os"),
        *("pathlib", "pkgutil", "platform", "random", "secrets", "shutil", "signal", "socket", "subprocess", "sys"),
        *("tempfile", "threading", "time", "urllib", "uuid"),
    )
)
IMPURE_NAMES = frozenset(("open", "print", "input", "breakpoint", "__import__"))
IMPURE_METHODS = frozenset(
    (
        *("now", "today", "utcnow"),
        *("open", "open_from_package", "read_bytes", "read_text", "write_bytes", "write_text"),
    )
)
HOLLOW_NAMES = frozenset(("utils", "util", "helpers", "helper", "common", "manager", "base"))


@dataclass(frozen=True)
class Module:
    name: str  # dotted, without the package's own, which is ""
    file: Path
    tree: ast.Module
    lines: int

    @property
    def room(self) -> str:
        return self.name.partition(".")[0]

    @property
    def is_package(self) -> bool:
        return self.file.name == "__init__.py"

    def at(self, node: ast.AST, message: str) -> str:
        return f"{self.file}:{getattr(node, 'lineno', 1)}: {message}"


Tree = Mapping[str, Module]


def read(package: Path) -> Tree:
    """Read every module under the package's folder, by dotted name."""
    modules = {}
    for file in sorted(package.rglob("*.py")):
        *folders, stem = file.relative_to(package).with_suffix("").parts
        name = ".".join(folders if stem == "__init__" else (*folders, stem))
        text = file.read_text(encoding="utf-8")
        modules[name] = Module(name, file, ast.parse(text, file), len(text.splitlines()))
    return modules


def imports(module: Module, tree: Tree, start: ast.AST | None = None) -> Iterator[tuple[str, ast.stmt]]:
    """Yield the project's modules that a module imports, in whatever spelling, with the statement."""
    for node in ast.walk(start or module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.partition(".")[0] == PACKAGE:
                    yield alias.name.partition(".")[2], node
        elif isinstance(node, ast.ImportFrom):
            origin = _origin(module, node)
            if origin is not None:
                for alias in node.names:
                    # `from tenantc.model import stack` may name a module or something inside one; the package itself
                    # holds nothing but rooms and dunder names
                    inner = f"{origin}.{alias.name}".lstrip(".")
                    is_room = not origin and not inner.startswith("__")
                    yield inner if is_room or inner in tree else origin, node


def _origin(module: Module, node: ast.ImportFrom) -> str | None:
    written = node.module or ""
    if node.level == 0:
        package, _, inner = written.partition(".")
        return inner if package == PACKAGE else None
    parts = module.name.split(".") if module.name else []
    kept = parts[: len(parts) + (1 if module.is_package else 0) - node.level]
    return ".".join((*kept, written)).strip(".")


def order(tree: Tree, allowed: Mapping[str, Collection[str]]) -> Iterator[str]:
    """Each room imports itself and what the table says: a room, or one module of it; the version is everybody's."""
    for module in tree.values():
        if module.room and module.room not in allowed:
            yield module.at(module.tree, f"no room is called {module.room}")
            continue
        may = {module.room, *allowed.get(module.room, ())}
        # two names from one module are one import
        for target, node in dict.fromkeys(imports(module, tree)):
            if target and target not in may and target.partition(".")[0] not in may:
                yield module.at(node, f"{module.name or PACKAGE} may not import {target}")


def cycles(tree: Tree) -> Iterator[str]:
    graph = {module.name: {target for target, _ in imports(module, tree)} for module in tree.values()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        yield f"modules import each other: {' -> '.join(name or PACKAGE for name in error.args[1])}"


def hidden_imports(tree: Tree, loader_room: str, excused: Collection[tuple[str, str]] = ()) -> Iterator[str]:
    """Imports inside functions, and by name; one module of the loader room may do the latter.

    An excuse is a module and one that it imports inside a function.
    """
    loaders = set()
    for module in tree.values():
        # a function inside a function is met twice
        hidden = {
            module.at(node, f"imports {target} inside a function")
            for function in ast.walk(module.tree)
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
            for target, node in imports(module, tree, function)
            if (module.name, target) not in excused
        }
        yield from sorted(hidden)
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Name | ast.Attribute) and _last(node) in {"import_module", "__import__"}:
                loaders.add(module.name)
                if module.room != loader_room:
                    yield module.at(node, f"only {loader_room}/ loads a module by name")
    if len(loaders) > 1:
        yield f"modules are loaded by name in one place, not in {', '.join(sorted(loaders))}"


def _last(node: ast.Name | ast.Attribute) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr


def impurities(tree: Tree, pure: Collection[str], excused: Collection[tuple[str, str]] = ()) -> Iterator[str]:
    """Name by name, what a room that promises purity must not reach for; an excuse is a module and one such name."""
    for module in tree.values():
        if module.room not in pure:
            continue
        for node in ast.walk(module.tree):
            for name in _reaches_for(node):
                if (module.name, name) in excused:
                    continue
                yield module.at(node, f"{module.room}/ is pure and must not use {name}")


def _reaches_for(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import(names=names):
            yield from (name.name for name in names if name.name.partition(".")[0] in IMPURE_MODULES)
        case ast.ImportFrom(module=str(name), level=0) if name.partition(".")[0] in IMPURE_MODULES:
            yield name
        case ast.Name(id=name) if name in IMPURE_NAMES:
            yield name
        case ast.Call(func=ast.Attribute(value=ast.Name(id="self"))):
            return  # a method of the class at hand
        case ast.Call(func=ast.Attribute(attr=name)) if name in IMPURE_METHODS:
            yield f".{name}()"


def locators(tree: Tree, only: str) -> Iterator[str]:
    """Whoever asks where the package lies on the disk can find the data folders: only one module does."""
    for module in tree.values():
        if module.name == only:
            continue
        for node in ast.walk(module.tree):
            match node:
                case ast.Name(id="__file__" | "__path__" | "__spec__"):
                    yield module.at(node, f"only {only} asks for {node.id}")
                case ast.Import(names=names) if any(name.name == "importlib.resources" for name in names):
                    yield module.at(node, f"only {only} imports importlib.resources")
                case ast.ImportFrom(module="importlib", names=names) if any(name.name == "resources" for name in names):
                    yield module.at(node, f"only {only} imports importlib.resources")
                case ast.ImportFrom(module="importlib.resources" | "pkgutil"):
                    yield module.at(node, f"only {only} imports {node.module}")


def sizes(tree: Tree, *, module_limit: int = 400, function_limit: int = 50, small: int = 130) -> Iterator[str]:
    """No module over a limit, functions under theirs, and half of the modules small; empty packages don't count."""
    for module in tree.values():
        if module.lines > module_limit:
            yield f"{module.file}: {module.lines} lines, over {module_limit}"
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length >= function_limit:
                    yield module.at(node, f"{node.name} has {length} lines, not under {function_limit}")
    lengths = [module.lines for module in tree.values() if not module.is_package]
    few = sum(length < small for length in lengths)
    if few * 2 < len(lengths):
        yield f"only {few} of {len(lengths)} modules are under {small} lines"


def hollow_names(tree: Tree) -> Iterator[str]:
    for module in tree.values():
        if HOLLOW_NAMES.intersection(module.name.split(".")):
            yield f"{module.file}: a module is named for the noun inside"
