"""Downstream names: what a tenant's namespace, role, bucket and so on are called (language.md §7).

A name is a pure function of `Bearer` and a kind. No two bearers, of whatever platforms, share a name within the kind's
scope; the one exception are DNS labels, which say no platform, as a customer sees them:

- Parts are joined by one separator, and an id holds no `_`, so writing `-` as `_` where a kind knows no dashes loses
  nothing. A platform or an environment whose own name holds a dash could be mistaken for a piece of what follows it
  (`a-b` with `c`, `a` with `b-c`), so such a name gets a digest: accounts, clusters and servers may be shared by
  platforms that know nothing of each other.
- A longer name is the name, the separator **twice**, and the suffix. A name that holds a doubled separator itself (ids
  may: `acme--logs`) gets a digest, so no tenant's name is another's longer name.
- Whatever is cut, or changed because the target refuses it, gets a digest too; so does what ends like a digest.

A digest is 32 bits, and pinned names can say anything, so `collisions` looks at what came out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Final, Literal, NamedTuple, TypeAlias

from tenantc.diagnostics.diagnostic import Blame, Diagnostic, diagnose
from tenantc.source.digest import sha256
from tenantc.source.frozen import Frozen
from tenantc.source.span import Span

VERSIONS: Final = (1,)
"""The values `naming:` may have in tenantc.yaml; each derives the same names forever."""

DIGEST_DIGITS: Final = 8

Uniqueness: TypeAlias = Literal["world", "account", "account and region", "estate", "environment"]


class NameKind(Frozen, eq=False):
    """What a target says about one kind of name.

    limit: the most characters (all names are ASCII, so also bytes). longest_suffix: the most that `Names.sub` may add,
    without separators. pattern: what a whole name matches. refused: what no name may match, with the reason. single: a
    separator stands alone, so such a name has no longer ones.
    """

    name: str
    limit: int
    scope: Uniqueness
    longest_suffix: int
    pattern: str
    says: str
    separator: Literal["-", "_"] = "-"
    prefix: str = ""
    platform: bool = True
    least: int = 1
    refused: tuple[tuple[str, str], ...] = ()
    single: bool = False

    @property
    def spans_environments(self) -> bool:
        """Whether two environments may meet in one scope, so that the name has to tell them apart."""
        return self.scope in ("world", "account", "account and region")

    def problem(self, name: str) -> str | None:
        """Why this can't be a name of the kind, as a clause; None if it can."""
        if self.least <= len(name) <= self.limit and _usable(self).fullmatch(name):
            return None
        if len(name) > self.limit:
            return f"it has {len(name)} characters, and {self.limit} are the most"
        if len(name) < self.least:
            return f"it has {len(name)} characters, and {self.least} are the least"
        if not _compiled(self.pattern).fullmatch(name):
            return self.says
        for pattern, reason in self.refused:
            if _compiled(pattern).search(name):
                return reason
        return None

    def check_suffix(self, suffix: str) -> None:
        """Raises `ValueError` for a suffix that a document must not ask for."""
        if not suffix:
            return
        if (
            len(suffix) > self.longest_suffix
            or not _SUFFIX.fullmatch(suffix)
            or self.problem(_longer(f"{self.prefix}abc", self, suffix)) is not None
        ):
            raise ValueError(
                f"`{suffix}` is no suffix of a {self.name}: at most {self.longest_suffix} lower-case letters, digits "
                "and single dashes, ending as such a name may"
            )


_ENDS_LIKE_DIGEST = re.compile(r"[_-][0-9a-f]{8}$")
_SUFFIX = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LABEL = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"
_LABEL_SAYS = "it takes lower-case letters, digits and `-`, with a letter or digit at both ends"
_POSTGRES = r"[A-Za-z_][A-Za-z0-9_-]*"
_POSTGRES_SAYS = "it takes letters, digits, `_` and `-`, and begins with a letter or `_`"
_POSTGRES_PREFIX = (r"^pg_", "names that begin with `pg_` belong to PostgreSQL")

_TABLE: Final = (
    # https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names (RFC 1123);
    # `kube-` is reserved: https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/
    NameKind(
        "kubernetes_namespace", 63, "estate", 12, _LABEL, _LABEL_SAYS,
        refused=((r"^kube-", "namespaces that begin with `kube-` belong to Kubernetes"),
                 (r"^default$", "`default` is every cluster's own namespace")),
    ),
    # https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS (NAMEDATALEN - 1 = 63);
    # https://www.postgresql.org/docs/current/sql-createrole.html: `pg_`, `public` and `none` are refused; one set of
    # roles a server
    NameKind(
        "postgres_role", 63, "estate", 16, _POSTGRES, _POSTGRES_SAYS, "_",
        refused=(_POSTGRES_PREFIX, (r"^(public|none|current_user|current_role|session_user|user|postgres)$",
                                    "PostgreSQL gives that name a meaning of its own"),
                 (r"^tenantc__", "roles that begin with `tenantc__` are the platform's groups, which tenantc makes")),
    ),
    # https://www.postgresql.org/docs/current/sql-createschema.html
    NameKind(
        "postgres_schema", 63, "estate", 16, _POSTGRES, _POSTGRES_SAYS, "_",
        refused=(_POSTGRES_PREFIX, (r"^(public|information_schema)$", "every database has a schema of that name"),
                 (r"^tenantc(_api|_masked)?$", "tenantc keeps there what it knows of tenants, and serves them")),
    ),
    # https://www.postgresql.org/docs/current/sql-createdatabase.html
    NameKind(
        "postgres_database", 63, "estate", 16, _POSTGRES, _POSTGRES_SAYS, "_",
        refused=((r"^(postgres|template[01])$", "every server has a database of that name"),),
    ),
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html (general purpose buckets). Dots are
    # allowed there and refused here: TLS certificates of virtual-hosted buckets do not cover them.
    NameKind(
        "s3_bucket", 63, "world", 16, _LABEL, _LABEL_SAYS, least=3,
        refused=((r"^(xn--|sthree-|amzn-s3-demo-)", "S3 keeps that beginning to itself"),
                 (r"(-s3alias|--ol-s3|--x-s3|--table-s3)$", "S3 keeps that ending to itself")),
    ),
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: 64, unique in the account whatever
    # the case; `AWSServiceRoleFor` and `AWSReservedSSO_` belong to AWS
    NameKind(
        "iam_role", 64, "account", 20, r"[A-Za-z0-9+=,.@_-]+", "it takes letters, digits and `+ = , . @ _ -`",
        refused=((r"^(AWSServiceRoleFor|AWSReservedSSO_)", "AWS keeps that beginning to itself"),),
    ),
    # https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html: 256 with the prefix
    NameKind(
        "kms_alias", 256, "account and region", 32, r"alias/[A-Za-z0-9/_-]+",
        "it begins with `alias/` and takes letters, digits, `/`, `_` and `-`", prefix="alias/",
        refused=((r"^alias/aws/", "`alias/aws/` belongs to AWS"),),
    ),
    # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
    NameKind(
        "cloudwatch_log_group", 512, "account and region", 32, r"[A-Za-z0-9._/-]+",
        "it takes letters, digits and `. _ / -`", prefix="/tenants/",
        refused=((r"^aws/", "log groups that begin with `aws/` belong to AWS"),),
    ),
    # What several services of AWS take: RDS (63) and ElastiCache (40) begin with a letter and refuse doubled dashes,
    # AWS Backup takes 50 characters, EventBridge and Firehose 64. So it has no longer names.
    # https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/CHAP_Limits.html#RDS_Limits.Constraints
    # https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html
    # https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateBackupVault.html
    NameKind("aws_resource", 40, "account and region", 0, r"[a-z][a-z0-9]*(-[a-z0-9]+)*",
             "it takes lower-case letters, digits and single dashes, and begins with a letter", single=True),
    # What AWS asks of most other names, all at once: Bedrock wants guardrails within 50 characters
    # (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_CreateGuardrail.html), SageMaker begins none with a
    # dash (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateMonitoringSchedule.html), and the rest
    # allow more (a web ACL, a user pool, a budget, a topic, a security group, an alarm, a usage plan).
    NameKind(
        "aws_name", 50, "account and region", 14, _LABEL, _LABEL_SAYS,
        # https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
        refused=((r"^sg-", "names of security groups never begin with `sg-`"),),
    ),
    # https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html
    NameKind(
        "waf_log_group", 512, "account and region", 32, r"aws-waf-logs-[A-Za-z0-9._/-]+",
        "it begins with `aws-waf-logs-` and takes letters, digits and `. _ / -`", prefix="aws-waf-logs-",
    ),
    # Its name becomes a label of all that it deploys (https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/).
    # A platform has one Argo CD for all accounts, in which a tenant lives once an environment.
    NameKind("argocd_application", 63, "account", 12, _LABEL, _LABEL_SAYS),
    # RFC 1123 §2.1, RFC 5890 §2.3.1 (`??--` is reserved); a customer sees it, so it is the id alone, and the names that
    # a zone gives to its own hosts are refused
    NameKind(
        "dns_label", 63, "environment", 12, _LABEL, _LABEL_SAYS, platform=False,
        refused=((r"^..--", "labels with `--` in the third place are reserved (RFC 5890)"),
                 (r"^(www|mail|smtp|imap|ftp|ns[0-9]*|autoconfig|autodiscover|wpad|isatap|localhost)$",
                  "zones give that name to hosts of their own")),
    ),
)  # fmt: skip

KINDS: Final[Mapping[str, NameKind]] = {kind.name: kind for kind in _TABLE}


class Bearer(NamedTuple):
    """Whom a name is for: everything a derived name depends on, besides its kind."""

    platform: str
    environment: str
    account: str
    region: str
    tenant_id: str
    version: int = 1


def derive(bearer: Bearer, kind: NameKind, suffix: str = "") -> str:
    """The bearer's name of a kind, longer by `suffix` if there is one. Never refused by `kind.problem`."""
    beginning, ambiguous = _beginning(kind, bearer.platform, bearer.environment)
    readable = beginning + (bearer.tenant_id if kind.separator == "-" else bearer.tenant_id.replace("-", "_"))
    doubtful = kind.separator * 2 in readable or _ENDS_LIKE_DIGEST.search(readable) is not None
    distinct = kind.scope == "world" or ambiguous or doubtful
    if kind.single and doubtful:
        readable = re.sub(r"-{2,}", "-", readable)
    name = _fitted(readable, kind, bearer, distinct=distinct)
    if kind.problem(name) is not None:
        name = _fitted(f"t{kind.separator}{readable}", kind, bearer, distinct=True)
    return lengthen(name, kind, suffix) if suffix else name


@lru_cache(maxsize=1024)
def _beginning(kind: NameKind, platform: str, environment: str) -> tuple[str, bool]:
    """What stands before the id in a name, and whether it could be mistaken for a piece of an id."""
    words = [platform] if kind.platform else []
    # an environment that is called `default` is one among others, and not the absence of any
    if kind.spans_environments and environment:
        words.append(environment)
    parts = [_plain(word) for word in words]
    ambiguous = parts != words or any("-" in part for part in parts)
    return "".join(f"{part}-" for part in parts).replace("-", kind.separator), ambiguous


def lengthen(name: str, kind: NameKind, suffix: str) -> str:
    """A name, longer by `suffix`; cut, with a digest, where the kind would not have it so."""
    longer = _longer(name, kind, suffix)
    if kind.problem(longer) is None:
        return longer
    return _longer(_with_digest(name, kind, kind.limit - len(suffix) - 2, (name,)), kind, suffix)


def _fitted(readable: str, kind: NameKind, bearer: Bearer, *, distinct: bool) -> str:
    """The readable part within the kind's limit less its longest suffix; with a digest where cut or `distinct`."""
    room = kind.limit - (kind.longest_suffix + 2 if kind.longest_suffix else 0)
    name = kind.prefix + readable
    return _with_digest(name, kind, room, bearer) if distinct or len(name) > room else name


def _longer(name: str, kind: NameKind, suffix: str) -> str:
    return f"{name}{kind.separator * 2}{suffix.replace('-', kind.separator)}" if suffix else name


def _with_digest(readable: str, kind: NameKind, room: int, parts: Iterable[object]) -> str:
    cut = readable[: room - DIGEST_DIGITS - 1].rstrip("-_")
    return f"{cut}{kind.separator}{digest(kind.name, *parts)}"


def digest(*parts: object) -> str:
    """Eight hexadecimal digits that tell these parts from others."""
    return sha256(json.dumps(parts).encode())[:DIGEST_DIGITS]


def _plain(word: str) -> str:
    """A platform's or environment's name as lower-case letters, digits and single dashes."""
    return re.sub(r"[^a-z0-9]+", "-", word.lower()).strip("-") or "x"


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


@lru_cache(maxsize=64)
def _usable(kind: NameKind) -> re.Pattern[str]:
    """All that a name must and must not be but its length, in one pattern: each tenant has a name of every kind."""
    refused = "".join(f"(?!.*?(?:{pattern}))" for pattern, _ in kind.refused)
    return re.compile(f"{refused}(?:{kind.pattern})")


def slug(key: str, limit: int = 40, joiner: str = "-") -> str:
    """A label for an element of a collection: begins with a letter, then lower-case letters, digits and `joiner`.

    A key that is such a label already stays as it is; any other gets a digest, as does one that ends like a digest. So
    different keys have different labels, and no label depends on the other elements or their order.
    """
    readable = re.sub(r"[^a-z0-9]+", joiner, key.lower()).strip(joiner)
    if not readable or not readable[0].isalpha():
        readable = f"x{joiner}{readable}".rstrip(joiner)
    if readable == key and len(key) <= limit and not _ENDS_LIKE_DIGEST.search(key):
        return key
    return f"{readable[: limit - DIGEST_DIGITS - 1].rstrip(joiner)}{joiner}{digest(key)}"


class Claim(Frozen):
    """One tenant's name of one kind, and the place where names of that kind are unique."""

    kind: str
    scope: tuple[str, ...]
    name: str
    tenant: str
    environment: str
    span: Span | None = None
    pinned: bool = False


def scope_of(kind: NameKind, bearer: Bearer, cluster: str = "") -> tuple[str, ...]:
    """Where the bearer's name of a kind has to be unique; two equal scopes are one place.

    Without a cluster's name, environments count as places apart; without an account's, they count as one account.
    """
    if kind.scope == "world":
        return ()
    if kind.scope == "account":
        return (bearer.account,)
    if kind.scope == "account and region":
        return (bearer.account, bearer.region)
    if kind.scope == "environment":
        return (bearer.environment,)
    return (bearer.account, bearer.region, cluster, "" if cluster else bearer.environment)


def check_pinned(kind_name: str, name: str, span: Span | None) -> Diagnostic | None:
    """T601 if a tenant's `names:` pins what the kind can't be."""
    problem = KINDS[kind_name].problem(name)
    if problem is None:
        return None
    return diagnose("T601", *([span] if span else []), name=name, kind=kind_name.replace("_", " "), problem=problem)


def collisions(claims: Iterable[Claim], known: Collection[str]) -> tuple[Diagnostic, ...]:
    """T602 for each name that two would bear; `known` holds the tenants of the previous manifest.

    Blamed are those the manifest doesn't know, else all of them. A pinned name also collides with the longer names of
    another tenant, whichever of them documents use.
    """
    holders: dict[tuple[str, tuple[str, ...], str], list[Claim]] = {}
    pinned: list[Claim] = []
    for claim in claims:
        # IAM tells no case apart, and nowhere does a second name that differs by case alone help a reader
        holders.setdefault((claim.kind, claim.scope, claim.name.lower()), []).append(claim)
        if claim.pinned:
            pinned.append(claim)
    for claim in pinned:
        for shorter in shorter_names(claim):
            others = holders.get((claim.kind, claim.scope, shorter), [])
            holders[(claim.kind, claim.scope, claim.name.lower())] += [
                other for other in others if (other.tenant, other.environment) != (claim.tenant, claim.environment)
            ]
    return tuple(
        _collision(key[2], group, known)
        for key, group in sorted(holders.items(), key=lambda item: item[0])
        if len(group) > 1
    )


def shorter_names(claim: Claim) -> list[str]:
    """The names of which this one could be a longer name, in lower case."""
    name = claim.name.lower()
    return [name[: match.start()] for match in re.finditer(f"(?={KINDS[claim.kind].separator * 2})", name)]


def _collision(name: str, group: list[Claim], known: Collection[str]) -> Diagnostic:
    group = sorted(group, key=lambda claim: (claim.tenant, claim.environment))
    several = len({claim.environment for claim in group}) > 1
    bearers = [f"`{claim.tenant}` in {claim.environment}" if several else f"`{claim.tenant}`" for claim in group]
    new = [claim for claim in group if claim.tenant not in known] or group
    kind = group[0].kind
    blames = (Blame(claim.span, f"here `{name}` is pinned" if claim.pinned else "") for claim in new if claim.span)
    return diagnose(
        "T602",
        *dict.fromkeys(blames),  # one pin may hold in several environments
        help=f"give one of them a name of its own with `names: {{{kind}: …}}`",
        kind=kind.replace("_", " "),
        name=name,
        tenants=f"{', '.join(bearers[:-1])} and {bearers[-1]}",
    )
