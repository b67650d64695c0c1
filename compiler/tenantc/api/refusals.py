"""Why a call was refused: exceptions that carry what the compiler says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tenantc.diagnostics.diagnostic import Diagnostic, has_errors
from tenantc.diagnostics.render import short

# diagnostics, and characters of each, in the text of an exception
_MOST: Final = 5
_LONGEST: Final = 500


class RefusedError(ValueError):
    """A call was refused, and nothing was written; `diagnostics` say why, as the compiler would."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        told = [one for one in self.diagnostics if has_errors([one])] or list(self.diagnostics)
        lines = [f"{short(one)[:_LONGEST]}{f' ({one.help[:_LONGEST]})' if one.help else ''}" for one in told[:_MOST]]
        more = len(told) - _MOST
        super().__init__("\n".join([*lines, *([f"and {more} more"] if more > 0 else [])]))

    def __reduce__(self) -> tuple[type[RefusedError], tuple[tuple[Diagnostic, ...]]]:
        return type(self), (self.diagnostics,)


class SettingsError(RefusedError):
    """What was given is none of settings, or settings that cannot be: unknown, of a wrong type, beyond a ceiling."""


class UnknownTenantError(RefusedError, LookupError):
    """There is no such tenant (T902)."""


class TenantExistsError(RefusedError):
    """There is such a tenant already (T201)."""


class UnknownTierError(RefusedError, LookupError):
    """There is no such tier (T204)."""


class UnknownEnvironmentError(RefusedError, LookupError):
    """The tenant does not live in such an environment, or in several, of which one has to be named (T206)."""


_BY_CODE: Final[dict[str, type[RefusedError]]] = {
    "T201": TenantExistsError,
    "T204": UnknownTierError,
    "T206": UnknownEnvironmentError,
    "T902": UnknownTenantError,
}


def refusal(diagnostics: Iterable[Diagnostic]) -> RefusedError:
    """The exception for what the compiler says; of its own type where there is one."""
    found = tuple(diagnostics)
    codes = [one.code for one in found if has_errors([one])]
    kinds = [_BY_CODE[code] for code in codes if code in _BY_CODE]
    is_settings = bool(codes) and all(code[:2] in {"T1", "T3", "T4"} for code in codes)
    kind = kinds[0] if kinds else SettingsError if is_settings else RefusedError
    return kind(found)
