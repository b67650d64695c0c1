"""report.html: report.json as a page for people, in one file that asks nothing of anybody.

What is seen at a glance is markup, and bounded. Of the tenants, however many, a script shows what is asked for, out of
report.json, which lies in the page as it is.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final

from tenantc.audit.report.glance import glance
from tenantc.diagnostics.render import printable

_MAIN: Final = "report.html"
_STYLE: Final = "report.css"
_SCRIPTS: Final = ("elements.js", "list.js", "detail.js", "map.js", "search.js", "start.js")
# what could end the element that holds JSON, as JSON writes it in a string; it stands nowhere else in JSON
_ESCAPES: Final = tuple((bytes([one]), f"\\u{one:04x}".encode()) for one in b"<>&")
_END: Final = b"</script>\n</body>\n</html>\n"


class Shelf:
    """Where bytes lie between runs that only spare time; this one holds none."""

    def read(self, name: str) -> bytes | None:  # noqa: ARG002
        return None

    def write(self, name: str, data: bytes) -> None:
        pass


_NO_SHELF: Final = Shelf()


def page(
    head: Mapping[str, Any],
    texts: Mapping[str, str],
    report: Callable[[], Iterable[bytes]],
    shelf: Shelf = _NO_SHELF,
) -> Iterator[bytes]:
    """The page in pieces.

    `head` is what report.json says before the tables that its tenants share, `texts` are the page's own parts by name,
    and `report` gives the bytes of report.json, in pieces of any size.
    """
    yield _template(tuple(sorted(texts.items())), shelf).render(glance(head)).encode()
    for piece in report():
        for plain, escape in _ESCAPES:
            piece = piece.replace(plain, escape)  # noqa: PLW2901 — three steps to one text
        yield piece
    yield _END


@lru_cache(maxsize=1)
def _template(texts: tuple[tuple[str, str], ...], shelf: Shelf) -> Any:
    # some 30 ms, for which nobody has to wait who builds nothing
    import jinja2
    import markupsafe

    class Compiled(jinja2.BytecodeCache):
        """Jinja itself looks whether what it finds is of this text and this Python."""

        def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
            data = shelf.read(f"{jinja2.__version__} {bucket.key}")
            if data is not None:
                bucket.bytecode_from_string(data)

        def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
            shelf.write(f"{jinja2.__version__} {bucket.key}", bucket.bytecode_to_string())

    def shown(value: object) -> object:
        """What no reader could see, or a terminal would obey, as escapes."""
        return printable(value) if isinstance(value, str) and not isinstance(value, markupsafe.Markup) else value

    parts = dict(texts)
    script = "".join(parts[name] for name in _SCRIPTS)
    environment = jinja2.Environment(
        loader=jinja2.DictLoader(parts),
        bytecode_cache=Compiled(),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["prose"] = lambda text: text.replace("\n", " ")
    environment.globals |= {
        # ours, and named by their digests in the page's policy, so that nothing else runs
        "style": markupsafe.Markup(parts[_STYLE]),  # noqa: S704
        "script": markupsafe.Markup(script),  # noqa: S704
        "policy": "; ".join(
            (
                "default-src 'none'",
                f"script-src '{_digest(script)}'",
                f"style-src '{_digest(parts[_STYLE])}'",
                "base-uri 'none'",
                "form-action 'none'",
                "require-trusted-types-for 'script'",
                "trusted-types 'none'",
            )
        ),
    }
    return environment.get_template(_MAIN)


def _digest(text: str) -> str:
    """As a Content Security Policy names an inline script or style (CSP3, section 2.3.1)."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
