"""Frozen nouns behave as frozen dataclasses do."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from dataclasses import field as dataclass_field

import pytest

from tenantc.source import frozen
from tenantc.source.frozen import Frozen, field, replace


class Place(Frozen, kw_only=True):
    at: int = field(default=0, compare=False)


class Point(Place):
    """Where something is."""

    x: int
    y: float = 2
    tags: list[str] = field(default_factory=list)

    @property
    def sum(self) -> float:
        return self.x + self.y


class Other(Place):
    x: int
    y: float = 2
    tags: list[str] = field(default_factory=list)


class Key(Frozen, eq=False):
    name: str


class Empty(Frozen):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceData:
    at: int = dataclass_field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class PointData(PlaceData):
    x: int
    y: float = 2
    tags: list[str] = dataclass_field(default_factory=list)


@pytest.fixture(autouse=True, params=["the first of its class", "one of many"])
def many(request: pytest.FixtureRequest) -> None:
    """The first few instances of a class are made without a constructor of its own."""
    for made in (Point, Other, Key, Empty, Place):
        made.__count__ = 0 if request.param == "the first of its class" else 1_000
        type.__setattr__(made, "__init__", frozen._first)


def test_it_is_made_and_shown_as_a_dataclass_is() -> None:
    for arguments, named in (((1,), {}), ((1, 3.0), {"at": 4}), ((), {"x": 1, "tags": ["a"]})):
        made, data = Point(*arguments, **named), PointData(*arguments, **named)
        assert repr(made) == repr(data).replace("PointData", "Point")
    assert Point(1).tags is not Point(1).tags
    assert Point(1, 3).sum == 4


@pytest.mark.parametrize(("arguments", "named"), [((), {}), ((1, 2, [], 3), {}), ((1,), {"x": 1}), ((1,), {"z": 1})])
def test_what_a_dataclass_refuses_is_refused(arguments: tuple[object, ...], named: dict[str, object]) -> None:
    with pytest.raises(TypeError):
        Point(*arguments, **named)  # type: ignore[arg-type]


def test_equality_is_that_of_one_class_and_its_compared_fields() -> None:
    assert Point(1, at=1) == Point(1, at=2)
    assert Point(1) != Point(2)
    assert Point(1) != Other(1)
    assert Key("a") != Key("a")
    assert len({Key("a"), Key("a"), Empty(), Empty()}) == 3
    one = Place(at=1)
    assert hash(one) == hash(Place(at=2))


def test_nothing_changes_it() -> None:
    point = Point(1)
    with pytest.raises(AttributeError, match="never changes"):
        point.x = 2  # type: ignore[misc]
    with pytest.raises(AttributeError, match="never changes"):
        del point.x
    with pytest.raises(AttributeError):
        point.unknown = 2
    assert not hasattr(point, "__dict__")
    changed = replace(point, x=5, at=7)
    assert (point.x, changed.x, changed.at, changed.y) == (1, 5, 7, 2)


def test_it_is_matched_and_pickled() -> None:
    restored = pickle.loads(pickle.dumps(Point(1, 2.5, at=9)))  # noqa: S301
    match restored:
        case Point(x, y, at=at):
            assert (x, y, at) == (1, 2.5, 9)
        case _:
            pytest.fail("it is no Point")
