"""Turns checked rules into Python functions: what the compiler runs on every tenant.

A function takes settings as they are, in their own units, and answers with what each requirement comes to: True, False,
or None where nobody can say. None stands for no value everywhere, and is looked for only where the types allow it.
`walk.py` is the reference. All text in what is generated is ours or goes through `repr`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from types import CodeType

from tenantc.language.code import Code, braced, numeral
from tenantc.language.condition import Condition
from tenantc.language.operands import Typed
from tenantc.language.runtime import STEP, VALUES
from tenantc.language.syntax import (
    Aggregate,
    Between,
    Binary,
    Boolean,
    Day,
    Fields,
    Index,
    Invert,
    Is,
    Listing,
    Matches,
    Negate,
    NoLimit,
    Number,
    Quantifier,
    Reference,
    Text,
    Variable,
)
from tenantc.language.types import Type, merge
from tenantc.language.units import DAYS, PLAIN, literal
from tenantc.model.deferred import Deferred
from tenantc.model.rule import Rule
from tenantc.model.schema import Leaf
from tenantc.source.path import child

_FILE = "<rules of tenantc>"
# how the names begin that `let`s have, by the sign with which they are used
_LET = {0: "v_", 1: "p_", -1: "n_"}


def generate(rules: Iterable[Rule]) -> CodeType:
    """One module for these rules, which `load` makes functions of; it may be marshalled."""
    lines = [line for index, rule in enumerate(rules) for line in _function(f"rule_{index}", rule)]
    return compile("\n".join(lines) or "pass", _FILE, "exec", dont_inherit=True, optimize=2)


def _function(name: str, rule: Rule) -> list[str]:
    writer = _Writer(rule.lets)
    head = [f"def {name}(get, entries, params):"]
    for index, param in enumerate(rule.params):
        writer.variables[param.name] = Code(f"v_{param.name}", nullable=False)
        head.append(f"    v_{param.name} = params[{index}]")
    for index, fold in enumerate(rule.folds, len(rule.params)):
        assert isinstance(fold.default, Condition), "the checker makes no others"
        writer.variables[fold.name] = Code(f"params[{index}]", fold.default.typed.type.absent)
    body = []
    if rule.guard is not None:
        guard = writer.signed(_typed(rule.guard), 0).text
        body += [*writer.definitions(), f"    if not ({guard}): return None"]
    clauses = [writer.signed(_typed(clause.condition), 1).text for clause in rule.clauses]
    return [*head, *body, *writer.definitions(), f"    return ({', '.join(clauses)},)"]


def _typed(expression: Deferred) -> Typed:
    assert isinstance(expression, Condition), "the checker makes no others"
    return expression.typed


class _Writer:
    """Writes expressions.

    Each has a sign: 1 if a requirement leans on its truth, -1 on its untruth, 0 where neither is so or it stands in a
    quantifier. By it quantifiers over nothing can be doubted (`runtime.doubted`).
    """

    def __init__(self, lets: Iterable[tuple[str, Deferred]]) -> None:
        self.variables: dict[str, Code] = {}
        self._temporaries = count()
        self._sign = 0
        self._lets = {name: _typed(value) for name, value in lets}
        self._asked: set[tuple[str, int]] = set()
        self._defined: set[tuple[str, int]] = set()
        # by what an entry is called: what is asked of it, and what that is called
        self._steps: dict[str, dict[str, str]] = {}

    def signed(self, typed: Typed, sign: int) -> Code:
        held, self._sign = self._sign, sign
        code = self.code(typed)
        self._sign = held
        return code

    def definitions(self) -> list[str]:
        """The `let`s asked for since it was asked last, once for each sign: those come first that others lean on."""
        lines: list[str] = []
        for name, typed in reversed(self._lets.items()):
            signs = [sign for sign in _LET if (name, sign) in self._asked - self._defined]
            self._defined |= {(name, sign) for sign in signs}
            lines += [f"    {_LET[sign]}{name} = {self.signed(typed, sign).text}" for sign in signs]
        return lines[::-1]

    def let(self, name: str, sign: int) -> Code:
        sign = sign if self.quantifies(self._lets[name]) else 0
        self._asked.add((name, sign))
        return Code(f"{_LET[sign]}{name}", nullable=False)

    def quantifies(self, typed: Typed) -> bool:
        if isinstance(typed.node, Variable) and typed.node.name in self._lets:
            return self.quantifies(self._lets[typed.node.name])
        return isinstance(typed.node, Quantifier) or any(self.quantifies(part) for part in typed.parts)

    def temporary(self) -> str:
        return f"t{next(self._temporaries)}"

    def strict(self, parts: Sequence[Code], form: str) -> Code:
        """`form` with these operands in its braces; None if one of them is."""
        checks, names = [], []
        for part in parts:
            if part.nullable:
                name = self.temporary()
                checks.append(f"({name} := {part.text}) is None")
                names.append(name)
            else:
                names.append(part.text)
        done = form.format(*names)
        return Code(f"(None if {' or '.join(checks)} else {done})" if checks else f"({done})", bool(checks))

    def code(self, typed: Typed) -> Code:
        node, parts = typed.node, typed.parts
        match node:
            case Variable() if node.name in self._lets:
                return self.let(node.name, self._sign)
            case Invert():
                return self.strict([self.signed(parts[0], -self._sign)], "not {}")
            case Binary(operator="and" | "or" | "implies"):
                left = self.signed(parts[0], -self._sign if node.operator == "implies" else self._sign)
                return self.connective(node, left, self.code(parts[1]))
            case Binary(operator="else"):
                return self.default(typed)
            case Quantifier():
                return self.quantifier(node, typed)
        held, self._sign = self._sign, 0
        code = self.operation(typed)
        self._sign = held
        return code

    def operation(self, typed: Typed) -> Code:
        """What says nothing of whether its parts hold."""
        node, parts = typed.node, typed.parts
        match node:
            case Number(value=number, unit=unit):
                return Code(numeral(literal(number, unit)[0]), nullable=False)
            case Text() | Boolean() | Day():
                return Code(repr(node.value), nullable=False)
            case NoLimit():
                return Code("UNLIMITED", nullable=False)
            case Reference(path=path):
                return self.setting(f"get({path!r})", typed.type)
            case Variable():
                return self.variable(node, typed.type)
            case Index(path=path, name=name):
                return self.setting(f"get(child({path!r}, {self.variables[name].text}))", typed.type)
            case Listing():
                item = typed.type.item
                items = [self.converted(part, item) if item else self.code(part) for part in parts]
                return self.strict(items, f"({', '.join('{}' for _ in items)}{',' if items else ''})")
            case Negate():
                return self.negated(typed)
            case Is():
                return self.state(node, parts[0])
            case Aggregate():
                return self.aggregate(node, parts[0])
            case Between():
                return self.between(typed)
            case Matches(pattern=pattern):
                return self.strict([self.code(parts[0])], f"matches({braced(pattern)}, {{}})")
            case Binary():
                return self.binary(node, typed)
        raise AssertionError("every kind of node stands above")

    def setting(self, text: str, found: Type) -> Code:
        """What a setting holds: decimals as they were written, and no text in which identity stands."""
        if found.kind in {"number", "list"} and (found.item or found).fractional:
            return Code(f"exact({text})", found.absent)
        if found.kind == "text" and not found.choices:
            name = self.temporary()
            return Code(f"(None if ({name} := {text}).__class__ is IdentityText else {name})", nullable=True)
        return Code(text, found.absent)

    def variable(self, node: Variable, found: Type) -> Code:
        held = self.variables[node.name]
        if not node.rest:
            return held
        step = node.rest if node.rest.startswith("[") else f".{node.rest}"
        steps = self._steps[held.text]
        return self.setting(steps.setdefault(step, f"{held.text}_{len(steps)}"), found)

    def converted(self, typed: Typed, wanted: Type) -> Code:
        """A part in the unit that is wanted, a list's items included."""
        code, found = self.code(typed), typed.type
        if found.item is not None and wanted.item is not None:
            factor = found.item.scale / wanted.item.scale
            if found.item.kind != "number" or factor == 1:
                return code
            return self.strict([code], f"all_times({{}}, {numeral(factor)})")
        factor = found.scale / wanted.scale
        if found.kind != "number" or factor == 1:
            return code
        if isinstance(typed.node, Number):
            return Code(numeral(literal(typed.node.value, typed.node.unit)[0] * factor), nullable=False)
        if not found.unlimited:
            return self.strict([code], f"{{}} * {numeral(factor)}")
        return self.strict([code], f"times({{}}, {numeral(factor)})")

    def negated(self, typed: Typed) -> Code:
        inner = typed.parts[0]
        if not inner.type.unlimited:
            return self.strict([self.code(inner)], "-{}")
        return Code(self.strict([self.code(inner)], "minus({})").text, nullable=True)

    def state(self, node: Is, part: Typed) -> Code:
        is_, not_ = ("is not", "") if node.negated else ("is", "not ")
        if node.state in {"set", "missing"}:
            word = "is not" if (node.state == "set") is not node.negated else "is"
            return Code(f"({self.code(part).text} {word} None)", nullable=False)
        if node.state == "unlimited":
            return self.strict([self.code(part)], f"{{}} {is_} UNLIMITED")
        if part.type.kind == "map":
            return Code(f"({not_ or 'not not '}entries({self.map(part)}))", nullable=False)
        return self.strict([self.code(part)], f"{not_ or 'not not '}{{}}")

    def map(self, part: Typed, steps: str = "") -> str:
        """The path of an open map, with what is asked of its entries (`runtime.Entries`)."""
        node = part.node
        if isinstance(node, Reference):
            return repr(f"{node.path}{steps}")
        assert isinstance(node, Variable), "nothing else is an open map"
        step = node.rest if node.rest.startswith("[") else f".{node.rest}"
        return f"{self.variables[node.name].text} + {f'{step}{steps}'!r}"

    def aggregate(self, node: Aggregate, part: Typed) -> Code:
        if part.type.kind == "map":
            return Code(f"len(entries({self.map(part)}))", nullable=False)
        function = {"count": "len", "sum": "total", "min": "least", "max": "most"}[node.function]
        code = self.strict([self.code(part)], f"{function}({{}})")
        return code if node.function in {"count", "sum"} else Code(code.text, nullable=True)

    def between(self, typed: Typed) -> Code:
        operand, low, high = typed.parts
        unit = merge(merge(operand.type, low.type), high.type)
        codes = [self.converted(part, unit) for part in typed.parts]
        return self.strict([codes[1], codes[0], codes[2]], "lies_between({}, {}, {})")

    def binary(self, node: Binary, typed: Typed) -> Code:
        left, right = typed.parts
        match node.operator:
            case "in" | "not in":
                return self.membership(left, right, f"{{}} {node.operator} {{}}")
            case "contains":
                return self.membership(right, left, "{} in {}")
            case "contains all" | "contains any" | "subset of":
                both = merge(left.type, right.type)
                codes = [self.converted(left, both), self.converted(right, both)]
                return self.strict(codes, f"{node.operator.replace(' ', '_')}({{}}, {{}})")
            case "starts with" | "ends with":
                return self.strict(
                    [self.code(left), self.code(right)], f"{{}}.{node.operator.replace(' ', '')[:-4]}with({{}})"
                )
            case "within":
                return self.strict([self.code(left), self.code(right)], "lies_within({}, {})")
            case "+" | "-" | "*" | "/" | "//":
                return self.arithmetic(node, typed)
            case _:
                return self.comparison(node, left, right)

    def connective(self, node: Binary, left: Code, right: Code) -> Code:
        """Strong Kleene; without an unknown side Python's own."""
        if not left.nullable and not right.nullable:
            form = {"and": "({} and {})", "or": "({} or {})", "implies": "(not {} or {})"}[node.operator]
            return Code(form.format(left.text, right.text), nullable=False)
        one, other = self.temporary(), self.temporary()
        decisive, result, deciding, neutral = {
            "and": ("False", "False", "False", "True"),
            "or": ("True", "True", "True", "False"),
            "implies": ("False", "True", "True", "True"),
        }[node.operator]
        return Code(
            f"({result} if ({one} := {left.text}) is {decisive} else {other} "
            f"if (({other} := {right.text}) is {deciding} or {one} is {neutral}) else None)",
            nullable=True,
        )

    def default(self, typed: Typed) -> Code:
        name = self.temporary()
        first, second = (self.converted(part, typed.type) for part in typed.parts)
        return Code(f"({name} if ({name} := {first.text}) is not None else {second.text})", second.nullable)

    def comparison(self, node: Binary, left: Typed, right: Typed) -> Code:
        both = merge(left.type, right.type)
        codes = [self.converted(left, both), self.converted(right, both)]
        if node.operator in {"==", "!="} or not (left.type.unlimited or right.type.unlimited):
            return self.strict(codes, f"{{}} {node.operator} {{}}")
        name = {"<": "less", "<=": "at_most", ">": "more", ">=": "at_least"}[node.operator]
        return self.strict(codes, f"{name}({{}}, {{}})")

    def membership(self, item: Typed, items: Typed, form: str) -> Code:
        both = merge(item.type, items.type.item or item.type)
        return self.strict([self.converted(item, both), self.converted(items, Type("list", item=both))], form)

    def arithmetic(self, node: Binary, typed: Typed) -> Code:
        left, right = typed.parts
        if left.type.kind == "date":
            is_span = right.type.kind == "date"
            second = self.code(right) if is_span else self.converted(right, Type("number", unit=DAYS))
            return self.strict(
                [self.code(left), second], f"{'days_between' if is_span else 'moved'}({node.operator!r}, {{}}, {{}})"
            )
        if node.operator in {"+", "-"}:
            codes = [self.converted(left, typed.type), self.converted(right, typed.type)]
        else:
            scale = typed.type.scale * right.type.scale ** (1 if node.operator in {"/", "//"} else -1)
            codes = [self.converted(left, Type("number", unit=PLAIN._replace(scale=scale))), self.code(right)]
        if node.operator in {"+", "-", "*"} and not (left.type.unlimited or right.type.unlimited):
            return self.strict(codes, f"{{}} {node.operator} {{}}")
        return Code(self.strict(codes, f"calculated({node.operator!r}, {{}}, {{}})").text, nullable=True)

    def quantifier(self, node: Quantifier, typed: Typed) -> Code:
        source, body = typed.parts[0], typed.parts[-1]
        outer = dict(self.variables)
        names = [f"q{next(self._temporaries)}_{name}" for name in node.names]
        item = source.type.item
        for name, text in zip(node.names, names, strict=True):
            is_value = name == node.names[-1]
            self.variables[name] = Code(text, is_value and item is not None and item.absent)
        steps = self._steps[names[-1]] = {}
        is_doubted = self._sign == (-1 if node.quantity == "any" else 1)
        first, body = (None, body) if is_doubted else self.sifted(node, body)
        asked = [part for part in (typed.parts[1] if node.where is not None else None, first) if part is not None]
        test = self.signed(body, 0).text
        condition = "".join(f" if {self.signed(part, 0).text}" for part in asked)
        self.variables = outer
        function = f"{'doubtful_' if is_doubted else ''}{node.quantity}_of"
        called = ("_", *names)[-2:]
        if source.type.kind == "map" and test == names[-1] and not condition:
            return Code(f"{function}(entries({self.map(source, f'{STEP}{VALUES}')}))", nullable=True)
        if source.type.kind == "map":
            each, text = self.members(source, called, steps)
            return Code(f"{function}([{test} for {each} in {text}{condition}])", nullable=True)
        if isinstance(source.node, Fields):
            is_named = called[0] in f"{test}{condition}"
            each, text = ", ".join(called) if is_named else names[-1], self.fields(source, is_named=is_named)
        else:
            each, text = names[0], self.signed(source, 0).text
        # a comprehension goes through no expression in which something is named
        held = self.temporary()
        results = f"[{test} for {each} in {held}{condition}]"
        return Code(f"(None if ({held} := {text}) is None else {function}({results}))", nullable=True)

    def sifted(self, node: Quantifier, body: Typed) -> tuple[Typed | None, Typed]:
        """What sorts out members that leave the answer as it is, and what is asked of the others."""
        operator = "implies" if node.quantity == "all" else "and"
        if isinstance(body.node, Binary) and body.node.operator == operator:
            first, rest = body.parts
            if not self.signed(first, 0).nullable:
                return first, rest
        return None, body

    def members(self, source: Typed, called: tuple[str, ...], steps: Mapping[str, str]) -> tuple[str, str]:
        """What the entries of an open map are called, with what is asked of each, and the entries."""
        name, value = called
        group = source.type.group
        assert group is not None, "an open map has a schema"
        if isinstance(group.entry, Leaf):
            return f"{name}, _, {value}", f"entries({self.map(source, STEP)})"
        asked = "".join(f"{STEP}{step}" for step in steps)
        return ", ".join((name, value, *steps.values())), f"entries({self.map(source, asked)})"

    def fields(self, source: Typed, *, is_named: bool) -> str:
        """The settings of a section: their values, each behind its name if that is asked for."""
        assert isinstance(source.node, Fields), "asked of a section"
        item = source.type.item
        assert item is not None, "a section's settings have a type"
        found = [
            (name, self.setting(f"get({child(source.node.path, name)!r})", item).text) for name in source.type.choices
        ]
        items = [f"({name!r}, {text})" if is_named else text for name, text in found]
        return f"({', '.join(items)},)"
