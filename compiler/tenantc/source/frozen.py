"""Frozen nouns: what `@dataclass(frozen=True, slots=True)` makes, for a fiftieth of its time.

A hook starts tenantc for one file, and `dataclasses` took a quarter of that: 0.5 ms a class, and 8 ms for `inspect`,
which it imports. Here a class costs what its slots cost, and its constructor is compiled for the first instance after a
few, since to compile one takes as long as to do without for dozens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import attrgetter
from types import CodeType
from typing import Any, Final, NamedTuple, NoReturn, TypeVar, dataclass_transform

T = TypeVar("T", bound="Frozen")

_MISSING: Final[Any] = object()
_FEW: Final = 8
CODES: Final[dict[str, CodeType]] = {}
"""Constructors that were compiled, by their text."""


class Field(NamedTuple):
    """What is known of a field; made by `field`."""

    default: Any = _MISSING
    default_factory: Callable[[], Any] | None = None
    compare: bool = True
    kw_only: bool = False


def field(
    *,
    default: Any = _MISSING,
    default_factory: Callable[[], Any] | None = None,
    compare: bool = True,
    kw_only: bool = False,
) -> Any:
    """A field with a default, or one that is no part of equality and hash."""
    return Field(default, default_factory, compare, kw_only)


def _nothing(_: object) -> tuple[()]:
    return ()


def _first(self: Any, *arguments: Any, **named: Any) -> None:
    """The constructor of every class until it has a few instances."""
    made: Any = type(self)
    made.__count__ += 1
    given = _given(made, arguments, named) if made.__count__ <= _FEW else None
    if given is None:
        made.__init__ = _constructor(made)
        made.__init__(self, *arguments, **named)
        return
    for name, value in given.items():
        object.__setattr__(self, name, value)


def _given(made: FrozenType, arguments: tuple[Any, ...], named: dict[str, Any]) -> dict[str, Any] | None:
    """What each field of a new instance holds; None if the compiled constructor has something to say against it."""
    positional = [name for name, field in made.__fields__.items() if not field.kw_only]
    given = dict(zip(positional, arguments, strict=False)) | named
    if len(given) != len(arguments) + len(named) or not given.keys() <= made.__fields__.keys():
        return None
    for name, field in made.__fields__.items():
        if name not in given:
            given[name] = field.default_factory() if field.default_factory is not None else field.default
    return None if any(value is _MISSING for value in given.values()) else given


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class FrozenType(type):
    """The type of frozen classes. With `eq=False` instances are compared by identity."""

    __fields__: dict[str, Field]
    __compared__: Callable[[Any], Any]
    __count__: int

    def __new__(
        cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], *, eq: bool = True, kw_only: bool = False
    ) -> FrozenType:
        own = {name: _read(namespace.pop(name, _MISSING), kw_only) for name in namespace.get("__annotations__", ())}
        fields = {
            name: field for base in reversed(bases) for name, field in getattr(base, "__fields__", {}).items()
        } | own
        namespace |= {"__slots__": tuple(own), "__init__": _first}
        namespace["__match_args__"] = tuple(name for name, field in fields.items() if not field.kw_only)
        if not eq:
            namespace |= {"__eq__": object.__eq__, "__hash__": object.__hash__}
        made = super().__new__(cls, name, bases, namespace)
        made.__fields__ = fields
        made.__count__ = 0
        compared = [name for name, field in fields.items() if field.compare]
        made.__compared__ = staticmethod(attrgetter(*compared) if compared else _nothing)
        return made


class Frozen(metaclass=FrozenType):
    """A value that never changes, with its annotations as fields. Two of one class are equal if their fields are."""

    def __eq__(self, other: object) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return bool(type(self).__compared__(self) == type(self).__compared__(other))

    def __hash__(self) -> int:
        return hash(type(self).__compared__(self))

    def __repr__(self) -> str:
        return f"{type(self).__qualname__}({', '.join(f'{name}={value!r}' for name, value in values(self))})"

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"`{name}` of a {type(self).__name__} never changes")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"`{name}` of a {type(self).__name__} never changes")

    def __reduce__(self) -> tuple[Any, ...]:
        made = type(self)
        if any(field.kw_only for field in made.__fields__.values()):
            return _restored, (made, dict(values(self)))
        return made, tuple(value for _, value in values(self))


def values(frozen: Frozen) -> Iterator[tuple[str, Any]]:
    """The fields of an instance, by name."""
    return ((name, getattr(frozen, name)) for name in type(frozen).__fields__)


def replace(frozen: T, **changes: Any) -> T:
    """A copy with other values in some fields."""
    return type(frozen)(**(dict(values(frozen)) | changes))


def _read(given: Any, kw_only: bool) -> Field:
    if isinstance(given, Field):
        return given._replace(kw_only=given.kw_only or kw_only)
    return Field(given, kw_only=kw_only)


def _constructor(made: FrozenType) -> Callable[..., None]:
    """What one would write by hand: a parameter a field, and a line that sets it."""
    known: dict[str, Any] = {"missing": _MISSING}
    parameters = ["self"]
    lines = []
    ordered = sorted(made.__fields__.items(), key=lambda item: item[1].kw_only)
    for number, (name, field) in enumerate(ordered):
        if field.kw_only and "*" not in parameters:
            parameters.append("*")
        known[f"set{number}"] = getattr(made, name).__set__
        known[f"default{number}"] = field.default
        if field.default_factory is not None:
            known[f"make{number}"] = field.default_factory
            parameters.append(f"{name}=missing")
            lines.append(f" set{number}(self, make{number}() if {name} is missing else {name})")
        else:
            parameters.append(name if field.default is _MISSING else f"{name}=default{number}")
            lines.append(f" set{number}(self, {name})")
    text = f"def __init__({', '.join(parameters)}):\n" + ("\n".join(lines) or " pass")
    code = CODES.get(text)
    if code is None:
        code = CODES[text] = compile(text, "<frozen>", "exec", dont_inherit=True)
    exec(code, known)  # noqa: S102 — of names that stand in our own classes, as dataclasses do
    init: Callable[..., None] = known["__init__"]
    return init


def _restored(made: type[T], held: dict[str, Any]) -> T:
    """An instance from a pickle."""
    return made(**held)
