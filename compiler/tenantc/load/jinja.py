"""The expressions of tenant templates: Jinja2's, but for all that could walk, loop, call or grow.

Jinja2 runs them in its immutable sandbox, with strict undefined and native types. Beyond that, what is no value, no
comparison, none of the listed functions and none of the listed filters is refused before it is compiled, so that an
expression takes time and memory by its own length: the sandbox alone bounds neither.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from math import isfinite
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tenantc.diagnostics.suggest import did_you_mean
from tenantc.source.frozen import Frozen

if TYPE_CHECKING:
    import jinja2

# the functions of requirements §3 by the number of their arguments
FUNCTIONS: Final[Mapping[str, int]] = {
    "current_timestamp": 0,
    "trial_expiry_date": 0,
    "subscription_end_date": 0,
    "contract_end_date": 0,
    "next_review_date": 0,
    "feature_enabled": 1,
}
SECRET: Final = "encrypt_sensitive"  # noqa: S105 the name of a filter
FILTERS: Final = ("default", "title", SECRET)
_TESTS: Final = ("defined", "undefined", "none")

# what begins something of Jinja2's
_SIGN = re.compile(r"\{[{%#]")
_LONGEST = 4096  # characters of a text that holds expressions
_WIDEST = 16_384  # characters of what such a text gives
_TOKENS = 64  # words and signs of one expression
_DEEPEST = 12  # brackets in brackets
_TEXTS = 10_000  # different texts with expressions in one template, each of which takes a compilation
_OUTPUT = 1 << 22  # characters that all expressions of a template may give
_LARGEST = 1 << 53  # the largest whole number that every reader of JSON takes for the same (RFC 8259 §6)
# where a text's only expression puts its value
_RESULT: Final = "_result"
# names that Jinja2 itself fills
_OWN: Final = frozenset(("self", "super", "caller", "varargs", "kwargs"))


class Refusal(NamedTuple):
    """What is wrong with a text: the end of a sentence about it, the way out, and the part that it is about."""

    problem: str
    help: str = ""
    offset: int = 0
    length: int = 0


class Missing(NamedTuple):
    """The names without which a text has no value."""

    names: tuple[str, ...]


class Scope(Frozen, eq=False):
    """What the expressions of a template may ask for.

    `value` gives that of a variable, None if it has none. `functions` are those of `FUNCTIONS`, `secret` gives what
    stands for the secret that a variable holds; each may return `Missing`, without names where they are told already,
    or a `Refusal`.
    """

    value: Callable[[str], object]
    functions: Mapping[str, Callable[..., object]]
    secret: Callable[[str], object]


class Text(NamedTuple):
    """A text that may be worked out: its code, the names it can't do without, and those that it uses at all."""

    code: Any
    required: frozenset[str]
    names: frozenset[str]


class Expressions:
    """Reads and works out the texts of one template."""

    def __init__(self) -> None:
        self._environment = _environment()
        self._read: dict[str, Text | Refusal] = {}
        self._left = _OUTPUT

    def work_out(self, text: str, scope: Scope) -> object | Missing | Refusal:
        """The value of a text: that of its expression if it is nothing else, else a text."""
        if not _SIGN.search(text):
            return text
        read = self._read.get(text)
        if read is None and len(self._read) == _TEXTS:
            return Refusal(f"is one too many: a template has at most {_TEXTS} different ones", "split the template")
        if read is None:
            read = self._read[text] = self._compiled(text)
        return read if isinstance(read, Refusal) else self._run(read, scope)

    def _compiled(self, text: str) -> Text | Refusal:
        import jinja2

        wrong = _sized(text) or self._lexed(text)
        if wrong is not None:
            return wrong
        try:
            tree = self._environment.parse(text)
        except jinja2.TemplateSyntaxError as error:
            return Refusal(f"is not right: {_sentence(str(error.message))}")
        walker = _Walker()
        refusal = walker.visit(tree)
        if refusal is not None:
            return refusal
        code = self._environment.compile(_named(tree))
        return Text(code, frozenset(walker.required), frozenset(walker.names))

    def _lexed(self, text: str) -> Refusal | None:
        """What is wrong with a text's words, before anything recurses over them."""
        import jinja2

        words = depth = 0
        try:
            for _, kind, word in self._environment.lex(text):
                if kind in ("block_begin", "raw_begin"):
                    problem = "is a statement, and a template has only expressions"
                    return Refusal(
                        problem, "write `{{ … }}`, with `a if b else c` where it depends", text.find(word), 2
                    )
                if kind == "variable_begin":
                    words = depth = 0
                elif kind != "whitespace":
                    words += 1
                if kind == "operator":
                    depth += (word in "([{") - (word in ")]}")
                if words > _TOKENS or depth > _DEEPEST:
                    return Refusal("is too long to be read: it has more than a few words", "work it out beforehand")
        except jinja2.TemplateSyntaxError as error:
            return Refusal(f"is not right: {_sentence(str(error.message))}")
        return None

    def _run(self, text: Text, scope: Scope) -> object | Missing | Refusal:
        import jinja2

        values: dict[str, object] = {}
        for name in text.names:
            value = scope.value(name)
            if isinstance(value, (Missing, Refusal)):
                return value
            if value is not None:
                values[name] = value
        lacking = tuple(sorted(text.required - values.keys() or text.names - values.keys()))
        met: list[Missing | Refusal] = []
        values |= {name: _told(function, met) for name, function in (*scope.functions.items(), (SECRET, scope.secret))}
        template = jinja2.Template.from_code(self._environment, text.code, {})
        context = template.new_context(values)
        try:
            written = "".join(template.root_render_func(context))
        except jinja2.UndefinedError:
            return met[0] if met else Missing(lacking)
        except (jinja2.exceptions.SecurityError, TypeError, ValueError) as error:
            return met[0] if met else Refusal(f"can't be worked out: {_sentence(str(error))}")
        if met:
            return met[0]
        value = context.vars.get(_RESULT, written)
        return Missing(lacking) if isinstance(value, jinja2.Undefined) else self._bounded(value)

    def _bounded(self, value: object) -> object | Refusal:
        if isinstance(value, (int, float)) and not abs(value) <= _LARGEST:
            return Refusal("gives a number that no reader takes for the same")
        size = len(str(value))
        self._left -= size
        if size > _WIDEST or self._left < 0:
            return Refusal("gives a text that is too long", "shorten what it puts together")
        return value


def as_text(text: str) -> str:
    """A text that gives itself when it is worked out."""
    return _SIGN.sub(lambda sign: "{{ '" + sign[0] + "' }}", text)


class _Walker:
    """Goes through a parsed text: refuses what has no place in it, and notes what it asks for."""

    def __init__(self) -> None:
        self.required: set[str] = set()
        self.names: set[str] = set()

    def visit(self, node: Any, excused: bool = False) -> Refusal | None:
        """What is wrong at or under a node. `excused` says that a name may lack its value here."""
        match type(node).__name__:
            case "Name":
                return self.name(node.name, excused)
            case "Filter":
                return self.filter(node)
            case "Call":
                return self.call(node)
            case "Const" if isinstance(node.value, float) and not isfinite(node.value):
                return Refusal("holds a number that is too large")
            case "Test":
                if node.name not in _TESTS or node.args or node.kwargs:
                    return Refusal(f"asks whether something is `{node.name}`", f"there are {_listed(_TESTS)}")
                return self.visit(node.node, node.name != "none")
            case "CondExpr":
                # what is asked for may be why a branch is not taken
                return self.first(node.iter_child_nodes(), excused=True)
            case kind if kind in _PLAIN:
                return self.first(node.iter_child_nodes(), excused)
            case kind:
                return Refusal(f"holds what no template may: {_FORBIDDEN.get(kind, kind.lower())}", _HELP)

    def first(self, nodes: Iterator[Any], excused: bool = False) -> Refusal | None:
        for node in nodes:
            found = self.visit(node, excused)
            if found is not None:
                return found
        return None

    def name(self, name: str, excused: bool) -> Refusal | None:
        if name in FUNCTIONS or name in FILTERS or name in _OWN:
            return Refusal(f"names `{name}`, which is no variable", f"write `{name}()`" if name in FUNCTIONS else "")
        self.names.add(name)
        self.required |= set() if excused else {name}
        return None

    def filter(self, node: Any) -> Refusal | None:
        if node.name not in FILTERS or node.node is None:
            help = did_you_mean(node.name, FILTERS) or f"there are {_listed(FILTERS)}"
            return Refusal(f"uses `{node.name}`, which is no filter of templates", help)
        if node.dyn_args is not None or node.dyn_kwargs is not None:
            return Refusal(f"holds what no template may: {_FORBIDDEN['Keyword']}", _HELP)
        if node.name == SECRET:
            return self.secret(node)
        problem = self.visit(node.node, node.name == "default")
        return problem or self.first(iter([*node.args, *(one.value for one in node.kwargs)]))

    def secret(self, node: Any) -> Refusal | None:
        """Puts a question for a variable's secret in the place of its value."""
        from jinja2 import nodes

        inner = node.node
        while isinstance(inner, nodes.Filter) and inner.name == "default":
            inner = inner.node
        if not isinstance(inner, nodes.Name) or node.args or node.kwargs:
            return Refusal(f"gives `{SECRET}` something else than a variable", f"write `{{{{ name | {SECRET} }}}}`")
        problem = self.name(inner.name, excused=True)
        if problem is None:
            node.node = nodes.Const(inner.name)
        return problem

    def call(self, node: Any) -> Refusal | None:
        if type(node.node).__name__ != "Name" or node.node.name not in FUNCTIONS:
            name = getattr(node.node, "name", "")
            help = (did_you_mean(name, FUNCTIONS) if name else "") or f"there are {_listed(FUNCTIONS)}"
            return Refusal(f"calls `{name}`, which is no function of templates" if name else "calls no function", help)
        if node.kwargs or node.dyn_args is not None or node.dyn_kwargs is not None:
            return Refusal(f"holds what no template may: {_FORBIDDEN['Keyword']}", _HELP)
        if len(node.args) != FUNCTIONS[node.node.name]:
            count = FUNCTIONS[node.node.name]
            return Refusal(f"gives `{node.node.name}` {len(node.args)} values, and it takes {count or 'none'}")
        return self.first(iter(node.args))


# nodes that hold values and nothing else
_PLAIN = frozenset(
    (
        *("Template", "Output", "TemplateData", "Const", "Not", "And", "Or", "Compare", "Operand", "Concat", "List"),
        *("Pos", "Neg"),
    )
)
_FORBIDDEN = {
    "Getattr": "a look inside a value",
    "Getitem": "a look inside a value",
    "Mul": "a multiplication",
    "Pow": "a power",
    "Mod": "a format",
    "Dict": "a mapping",
    "Tuple": "a tuple",
    "Keyword": "an argument by name",
}
_HELP = "an expression takes variables, plain values, comparisons, `and`, `or`, `not`, `~` and `a if b else c`"


def _named(tree: Any) -> Any:
    """The tree, in which an only expression names its value in place of writing it: so it keeps its type."""
    from jinja2 import nodes

    parts = [part for output in tree.body for part in output.nodes]
    if len(parts) != 1 or isinstance(parts[0], nodes.TemplateData):
        return tree
    assign = nodes.Assign(nodes.Name(_RESULT, "store"), parts[0], lineno=1)
    return nodes.Template([assign], lineno=1)


def _sized(text: str) -> Refusal | None:
    return (
        Refusal(f"stands in a text of {len(text)} characters", f"{_LONGEST} are read") if len(text) > _LONGEST else None
    )


def _told(function: Callable[..., object], met: list[Missing | Refusal]) -> Callable[..., object]:
    """The function, with what it lacks or refuses noted."""

    def call(*values: object) -> object:
        found = function(*values)
        if isinstance(found, (Missing, Refusal)):
            met.append(found)
            return ""
        return found

    return call


def _environment() -> jinja2.Environment:
    from jinja2 import StrictUndefined
    from jinja2.filters import do_default, do_title
    from jinja2.sandbox import ImmutableSandboxedEnvironment
    from jinja2.tests import test_defined, test_none, test_undefined
    from jinja2.utils import pass_context

    @pass_context
    def secret(context: Any, name: str) -> object:
        return context[SECRET](name)

    made = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, keep_trailing_newline=True, cache_size=0, autoescape=False
    )
    made.globals.clear()
    made.filters = {"default": do_default, "title": do_title, SECRET: secret}
    made.tests = {"defined": test_defined, "undefined": test_undefined, "none": test_none}
    return made


def _listed(names: Mapping[str, int] | tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _sentence(text: str) -> str:
    return (text[:1].lower() + text[1:]).rstrip(".")[:200]
