"""tenantc's modules in one file of the cache: to find, check and read 300 of them took a hook a fifth of its time.

The constructors that a hook compiles lie there, too. The file is made by the first hook after a change of tenantc's
code, which is part of its key (see `driver.cache`).
"""

from __future__ import annotations

import marshal
import sys
from importlib.machinery import ModuleSpec, SourceFileLoader
from types import CodeType

from tenantc.driver import cache
from tenantc.source import frozen

_PREFIX = "tenantc."

# a module's name: its code, its file, and its folder if it is a package
_Modules = dict[str, tuple[CodeType, str, str]]


class _Loader(SourceFileLoader):
    """Loads a module as if from its file, with the code that is known already."""

    def __init__(self, name: str, path: str, code: CodeType) -> None:
        super().__init__(name, path)
        self._code = code

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 — a loader loads one module
        return self._code


class _Finder:
    """Finds modules where `sys.meta_path` is asked for them."""

    def __init__(self, modules: _Modules) -> None:
        self._modules = modules

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
        known = self._modules.get(name)
        if known is None:
            return None
        code, file, folder = known
        spec = ModuleSpec(name, _Loader(name, file, code), origin=file, is_package=bool(folder))
        spec.has_location = True
        spec.cached = ""  # to find it out takes longer than to make the module
        if folder:
            spec.submodule_search_locations = [folder]
        return spec


def offer() -> bool:
    """Lets modules come from the cache from now on; False if it has none."""
    data = cache.read(_key())
    if data is None:
        return False
    modules, constructors = marshal.loads(data)  # noqa: S302 — from the cache
    sys.meta_path.insert(0, _Finder(modules))
    frozen.CODES.update(constructors)
    return True


def imported() -> _Modules:
    """All modules that were imported so far."""
    found: _Modules = {}
    for name, module in sys.modules.items():
        loader = module.__spec__.loader if name.startswith(_PREFIX) and module.__spec__ is not None else None
        code = loader.get_code(name) if isinstance(loader, SourceFileLoader) else None
        if code is not None:
            assert isinstance(loader, SourceFileLoader)
            found[name] = (code, loader.path, next(iter(getattr(module, "__path__", ())), ""))
    return found


def keep(modules: _Modules) -> None:
    """Puts modules into the cache, and the constructors that were compiled so far."""
    cache.write(_key(), marshal.dumps((modules, frozen.CODES)))


def _key() -> str:
    return cache.key(b"modules")
