"""What a web ACL lets through: rules of AWS WAF, in the order in which it asks them.

https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-rule-actions.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from tenantc.emit.document import Names, Ref, Tree
from tenantc.emit.terraform.networks import Families, halved

# https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html; together with bots 1175 of
# the 1500 units that a web ACL has at its usual price
_ATTACKS: Final = (
    "AWSManagedRulesAmazonIpReputationList",
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesSQLiRuleSet",
)
_BOTS: Final = "AWSManagedRulesBotControlRuleSet"
# https://docs.aws.amazon.com/waf/latest/APIReference/API_GeoMatchStatement.html
_COUNTRIES_A_STATEMENT: Final = 50
# https://docs.aws.amazon.com/waf/latest/APIReference/API_RateBasedStatement.html: the shortest window and its limits
WINDOW_SECONDS: Final = 60
LEAST_REQUESTS, MOST_REQUESTS = 10, 2_000_000_000
_TOO_MANY: Final = 429


def web_acl(names: Names, suffix: str, rules: Sequence[Tree], tags: Tree) -> Tree:
    """A web ACL that lets in what no rule stops; rules keep the places that this order gives them."""
    return {
        "name": names.sub("aws_name", suffix),
        "scope": "REGIONAL",
        "default_action": {"allow": {}},
        "rule": [{**rule, "priority": place} for place, rule in enumerate(rules) if isinstance(rule, dict)],
        "visibility_config": _seen(suffix),
        "tags": tags,
    }


def ip_sets(names: Names, place: str, networks: Families, tags: Tree) -> Tree:
    """The networks that `outside` speaks of, a set for each version of IP; None if there are none.

    https://docs.aws.amazon.com/waf/latest/APIReference/API_CreateIPSet.html: no network of `/0`
    """
    sets: dict[str, Tree] = {
        _label(place, version): {
            "name": names.sub("aws_name", f"{place}-ipv{version}"),
            "scope": "REGIONAL",
            "ip_address_version": f"IPV{version}",
            "addresses": halved(found),
            "tags": tags,
        }
        for version, found in networks.items()
    }
    return sets or None


def outside(place: str, versions: Iterable[int]) -> Tree:
    """Stops whoever comes from none of the networks in the IP sets."""
    sets: list[Tree] = [
        {"ip_set_reference_statement": {"arn": Ref("aws_wafv2_ip_set", _label(place, version), "arn")}}
        for version in versions
    ]
    return _blocking("outside-allowlist", {"not_statement": {"statement": _any(sets)}})


def _label(place: str, version: int) -> str:
    return f"{place.replace('-', '_')}_ipv{version}"


def countries(codes: Sequence[str]) -> Tree:
    """Stops whoever comes from one of these countries."""
    parts = [codes[at : at + _COUNTRIES_A_STATEMENT] for at in range(0, len(codes), _COUNTRIES_A_STATEMENT)]
    return _blocking("countries", _any([{"geo_match_statement": {"country_codes": list(part)}} for part in parts]))


def rate(limit: int) -> Tree:
    """Stops what is more than `limit` requests in a window, whoever sends them: the limit is the tenant's."""
    every: Tree = {
        "byte_match_statement": {
            "field_to_match": {"uri_path": {}},
            "positional_constraint": "STARTS_WITH",
            "search_string": "/",
            "text_transformation": {"priority": 0, "type": "NONE"},
        }
    }
    statement: Tree = {
        "rate_based_statement": {
            "aggregate_key_type": "CONSTANT",
            "evaluation_window_sec": WINDOW_SECONDS,
            "limit": limit,
            "scope_down_statement": every,
        }
    }
    return {
        "name": "rate",
        "action": {"block": {"custom_response": {"response_code": _TOO_MANY}}},
        "statement": statement,
        "visibility_config": _seen("rate"),
    }


def attacks(*, block: bool, learned: bool) -> list[Tree]:
    """AWS' own rules against requests that look like attacks, and where `learned`, bots found by a model of traffic."""
    # https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-bot.html, targeted protection
    bots: Tree = {
        "aws_managed_rules_bot_control_rule_set": {"inspection_level": "TARGETED", "enable_machine_learning": True}
    }
    groups: list[tuple[str, Tree]] = [(name, None) for name in _ATTACKS]
    return [
        {
            "name": name,
            "override_action": {"none": {}} if block else {"count": {}},
            "statement": {
                "managed_rule_group_statement": {"vendor_name": "AWS", "name": name, "managed_rule_group_configs": own}
            },
            "visibility_config": _seen(name),
        }
        for name, own in ([*groups, (_BOTS, bots)] if learned else groups)
    ]


def _any(statements: Sequence[Tree]) -> Tree:
    """One of these; an `or` of a single one is refused."""
    return statements[0] if len(statements) == 1 else {"or_statement": {"statement": list(statements)}}


def _blocking(name: str, statement: Tree) -> Tree:
    return {
        "name": name,
        "action": {"block": {}},
        "statement": statement,
        "visibility_config": _seen(name),
    }


def _seen(metric: str) -> Tree:
    return {"cloudwatch_metrics_enabled": True, "metric_name": metric, "sampled_requests_enabled": True}
