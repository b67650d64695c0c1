"""Keeps secrets out of specs: what is marked as one must be a reference, and nothing may look like a key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from tenantc.diagnostics.diagnostic import Diagnostic, diagnose
from tenantc.model.identity import Identity, fill
from tenantc.model.schema import Schema
from tenantc.model.secrets import is_sealed, reference, stated
from tenantc.model.settings import Section
from tenantc.source.digest import sha256
from tenantc.source.path import Path
from tenantc.source.span import Span

# What the issuers say their credentials look like; each pattern is anchored by a prefix that nothing else uses.
_KEYS: tuple[tuple[str, str, str], ...] = (
    ("aws", "an AWS access key id", r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b"),
    ("pem", "a private key", r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"),
    ("github", "a GitHub token", r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{22,})"),
    ("slack", "a Slack token", r"\bxox[abeprs]-[A-Za-z0-9-]{10,}"),
    ("webhook", "a Slack webhook address", r"hooks\.slack\.com/services/T[A-Za-z0-9]+/B[A-Za-z0-9]+/[A-Za-z0-9]+"),
    ("google", "a Google API key", r"\bAIza[A-Za-z0-9_-]{35}"),
    ("stripe", "a Stripe secret key", r"\b[rs]k_live_[A-Za-z0-9]{16,}"),
    ("openai", "an API key of a model provider", r"\bsk-(?:proj-|ant-)?[A-Za-z0-9_-]{20,}"),
    ("jwt", "a JSON Web Token", r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
    ("userinfo", "an address with a password in it", r"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@]{1,64}:[^\s/@]{3,128}@"),
)
# one of these stands in whatever matches
_SIGNS = ("AKIA", "ASIA", "-----BEGIN", "gh", "xox", "hooks.slack.com", "AIza", "k_live_", "sk-", "eyJ", "://")
_WHAT = {name: what for name, what, _ in _KEYS}


@cache
def _any() -> re.Pattern[str]:
    """All patterns in one, made for the first text that could match: it takes a millisecond."""
    return re.compile("|".join(f"(?P<{name}>{pattern})" for name, _, pattern in _KEYS))


def foreign(
    schema: Schema,
    sections: Mapping[str, Section],
    identity: Mapping[Identity, str],
    allowed: Mapping[str, tuple[str, ...]],
) -> Iterator[Diagnostic]:
    """T410 for each secret that a tenant refers to at a place which its store keeps for others.

    allowed: by store, how the paths of a tenant's own secrets begin; a store that is not named keeps no order.
    """
    for name in schema.secret_sections if allowed else ():
        for path, value in stated(schema, sections.get(name)):
            found = reference(fill(value, identity))
            if found is None or found.store not in allowed:
                continue
            where = str(found.path[0])
            beginnings = [one.replace("{tenant.id}", identity[Identity.ID]) for one in allowed[found.store]]
            if where.startswith(tuple(beginnings)) and {"..", "."}.isdisjoint(where.split("/")):
                continue
            span = sections[name].definitions[path][-1].span
            help = f"its own begin with {' or '.join(f'`{one}`' for one in beginnings)}"
            facts = {"path": path, "store": found.store, "where": where}
            yield diagnose("T410", *([span] if span else []), help=help, **facts)


def literal_keys(
    texts: Iterable[tuple[Path, str, Span]], allowed: frozenset[str] = frozenset()
) -> Iterator[Diagnostic]:
    """T406 for each text that looks like a credential, given with the path it stands at.

    `allowed` are false alarms that the workspace has listed, by path or by `sha256:` and the digest of the text.
    """
    for path, text, span in texts:
        what = credential(text)
        if what is not None and path not in allowed and f"sha256:{sha256(text.encode())}" not in allowed:
            help = "keep it in a secret store and write `secret://store/path#key`"
            yield diagnose("T406", span, what=what, help=help)


def credential(text: str) -> str | None:
    """What a text looks like if it looks like a credential, else None. What is sealed may look like anything."""
    if is_sealed(text):
        return None
    match = _any().search(text) if len(text) >= _SHORTEST and any(sign in text for sign in _SIGNS) else None
    if match is None:
        return None
    assert match.lastgroup is not None
    return _WHAT[match.lastgroup]


# Nothing shorter matches any pattern; most texts in a spec are.
_SHORTEST = 14
