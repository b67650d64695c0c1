"""Every diagnostic code, one line each: stable, flat, never reused.

T1xx load, T2xx link, T3xx resolve, T4xx check, T5xx rules, T6xx emit, T7xx audit, T8xx deploy, T9xx usage. Each code
has a page in `explain/`, which is run as a test and which `tenantc explain CODE` prints.
"""

from __future__ import annotations

import enum

from tenantc.source.frozen import Frozen


class Severity(enum.Enum):
    """How much a diagnostic weighs: an error stops a build, a warning and a note don't."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Code(Frozen):
    """What a code says: its weight and its sentence, whose braces the facts of a case fill.

    `masked` says that the text it points to may be a secret, and is shown as asterisks.
    """

    severity: Severity
    template: str
    masked: bool = False


_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTE

CODES: dict[str, Code] = {
    "T101": Code(_E, "the file is not valid UTF-8: the byte at offset {offset} is {byte}"),
    "T102": Code(_E, "this is not valid {format}: {problem}"),
    "T103": Code(_E, "the file has {size} bytes, more than the {limit} that are read"),
    "T104": Code(_E, "values are nested deeper than {limit} levels"),
    "T105": Code(_E, "the key `{key}` stands twice in one mapping"),
    "T106": Code(_E, "{what} are not part of this language"),
    "T107": Code(_E, "merge keys (`<<`) are not part of this language"),
    "T108": Code(_E, "the tag `{tag}` {problem}"),
    "T109": Code(_E, "`{path}` has no value"),
    "T110": Code(_E, "the number `{number}` {problem}"),
    "T111": Code(_E, "a key must be text, and this one is {kind}"),
    "T112": Code(_E, "the character {character} is not allowed here"),
    "T113": Code(_E, "the file holds more than {limit} values"),
    "T120": Code(_E, "the key `{key}` is not part of {where}"),
    "T121": Code(_E, "{where} has no `{key}`"),
    "T122": Code(_E, "`{key}` {problem}"),
    "T124": Code(_E, "`{key}` is no path to a setting: {problem}"),
    "T125": Code(_E, "these entries both decide `{path}`: {problem}"),
    "T126": Code(_E, "`{path}` is not a setting"),
    "T127": Code(_E, "`{path}` is {what}, and nobody writes it"),
    "T128": Code(_E, "the operator `{operator}` does not fit `{path}`: {problem}"),
    "T129": Code(_E, "the dated entry for `{path}` {problem}"),
    "T130": Code(_E, "this schema says something that tenantc does not know: {problem}"),
    "T131": Code(_E, "the schema of `{path}` may narrow the library's, and this widens it: {problem}"),
    "T132": Code(_E, "`{path}` is a mapping of settings and cannot be {kind}"),
    "T133": Code(_E, "`{path}` takes {expected}, not {kind}"),
    "T140": Code(_E, "this expression {problem}"),
    "T141": Code(_E, "`{name}` has no value, and the template asks for it {count}"),
    "T142": Code(_W, "what the template says of `{path}` is set aside: {problem}"),
    "T143": Code(_E, "the template {problem}"),
    "T201": Code(_E, "the tenant id `{tenant}` is used twice"),
    "T202": Code(_E, "there are two documents for {kind} `{name}`"),
    "T203": Code(_E, "{kind} `{name}` extends itself: {chain}"),
    "T204": Code(_E, "unknown tier `{name}`"),
    "T205": Code(_E, "unknown mixin `{name}`"),
    "T206": Code(_E, "unknown environment `{name}`"),
    "T207": Code(_E, "environment `{environment}` has no region `{region}`"),
    "T208": Code(_E, "the mixins {mixins} cannot be put in one order"),
    "T209": Code(_E, "unknown framework `{name}`"),
    "T210": Code(_E, "`{name}` is a YAML word and cannot be a tenant id"),
    "T211": Code(_E, "`{path}` may only be set in {allowed}, and this is a {kind}"),
    "T212": Code(_E, "the spelling `{spelling}` belongs to the frameworks {frameworks}"),
    "T213": Code(_E, "no environment can be called `{name}`: {reason}"),
    "T301": Code(_E, "the expression is wrong: {problem}"),
    "T302": Code(_E, "these settings refer to each other in a circle: {cycle}"),
    "T303": Code(_E, "`{reference}` has no value for this reference to read"),
    "T304": Code(_E, "the value of `${{{expression}}}` is not one that `{path}` can hold: {problem}"),
    "T305": Code(_E, "the mixins `{left}` and `{right}` disagree on `{path}`"),
    "T306": Code(_E, "`{item}` is not in `{path}` and so cannot be taken away"),
    "T307": Code(_W, "this override of `{path}` changes nothing"),
    "T308": Code(_W, "the override of `{path}` ended on {until} and counts as not written"),
    "T309": Code(_E, "`{path}` is kept by `keep` but not overridden"),
    "T401": Code(_E, "`{path}` is {value}, but {problem}"),
    "T402": Code(_E, "`{path}` is {value}, above the ceiling {ceiling} of {owner}"),
    "T403": Code(_E, "`{path}` is locked by {owner} and cannot be changed here"),
    "T404": Code(_E, "`{path}` is {value}, more than `{limit_path}`, which is {limit}"),
    "T405": Code(_E, "`{path}` is a secret and must be a reference or a sealed value", masked=True),
    "T406": Code(_E, "this looks like {what}", masked=True),
    "T407": Code(_E, "environment `{environment}` caps `{path}`, which is locked by {owner}"),
    "T408": Code(_E, "`{path}` is required and nothing sets it"),
    "T409": Code(_E, "`{path}` is locked by {owner}, but refers to `{reference}`, which is not"),
    "T410": Code(_E, "`{path}` refers to `{where}` of store `{store}`, where this tenant's secrets do not lie"),
    "T501": Code(_E, "this is no rule: {problem}"),
    "T502": Code(_E, "the rule `{rule}` has no `{clause}`"),
    "T503": Code(_E, "the clause `{clause}` stands twice"),
    "T504": Code(_E, "the rule is wrong: {problem}"),
    "T505": Code(_E, "`{path}` may be missing, and `{clause}` has to come out one way or the other"),
    "T506": Code(_E, "framework `{framework}` has no control `{control}`"),
    "T507": Code(_E, "unknown {kind} `{name}`"),
    "T508": Code(_E, "the remedy can't be: {problem}"),
    "T509": Code(_E, "there are two rules `{rule}`"),
    "T510": Code(_E, "the remedies of these rules wait for each other: {cycle}"),
    "T511": Code(_E, "the remedies of {rules} exclude each other on `{path}`"),
    "T512": Code(_E, "policy `{policy}` {problem}"),
    "T513": Code(_E, "the test `{test}` of `{rule}` expects {expected}, and the verdict is {verdict}"),
    "T514": Code(_W, "no test of `{rule}` {problem}"),
    "T515": Code(_E, "the test is wrong: {problem}"),
    "T520": Code(_E, "this waiver of `{rule}` {problem}"),
    "T521": Code(_W, "this waiver of `{rule}` {problem}"),
    "T522": Code(_E, "this evidence for `{framework} {control}` {problem}"),
    "T523": Code(_W, "this evidence for `{framework} {control}` {problem}"),
    "T530": Code(_E, "rule `{rule}` {verdict}: {message}"),
    "T531": Code(_W, "rule `{rule}` {verdict}: {message}"),
    "T532": Code(_N, "rule `{rule}` {verdict}: {message}"),
    "T533": Code(_N, "the rules over the fleet are not judged: {problem}"),
    "T534": Code(_W, "rule `{rule}` is not mended: {problem}"),
    "T535": Code(_E, "tenant `{tenant}` does not ship with rule `{rule}` broken: {problem}"),
    "T601": Code(_E, "the name `{name}` cannot be a {kind}: {problem}"),
    "T602": Code(_E, "the {kind} `{name}` would belong to {tenants}"),
    "T603": Code(_E, "{target} cannot express `{path}` = {value}"),
    "T604": Code(_E, "tenant `{tenant}` has no region, and {target} needs one for {purpose}"),
    "T605": Code(_E, "{removed} of {total} tenants would be removed, more than 5 %"),
    "T606": Code(_E, "unknown target `{name}`"),
    "T607": Code(_W, "files that tenantc did not write are kept ({count}): {files}"),
    "T608": Code(_E, "two estates of {environment} would be written to `{folder}`: {estates}"),
    "T609": Code(_E, "target `{name}` of {package} cannot be used: {problem}"),
    "T610": Code(_E, "environment `{environment}` states no `{option}`, which {kind} of tenant `{tenant}` needs"),
    "T611": Code(_E, "the patch is wrong: {problem}"),
    "T612": Code(_E, "this patch cannot be applied to {document}: {problem}"),
    "T613": Code(_W, "this patch applies to no object"),
    "T614": Code(_N, "of this patch only the metadata is checked: tenantc has no schema of `{kind}`"),
    "T615": Code(_E, "target `{name}` of {package} failed: {document} raised {error}"),
    "T616": Code(_W, "`kubernetes.priorities` names the grade `{name}`, which no tier has"),
    "T617": Code(_E, "`{path}` {problem}"),
    "T618": Code(_E, "`sql.counted_tables` names `{name}`, and no shared table is called that"),
    "T701": Code(_E, "`{path}` takes `{stage}` before `{needs}`, which it needs"),
    "T702": Code(_E, "the key `{path}` {problem}"),
    "T703": Code(_E, "`{path}` {problem}"),
    "T704": Code(_E, "the attestation in `{path}` {problem}"),
    "T705": Code(_E, "`{path}` is not what was built"),
    "T706": Code(_E, "`{path}` is missing from the build"),
    "T707": Code(_E, "`{path}` is no part of the build: it is {kind}"),
    "T708": Code(_E, "the attestation in `{path}` says of `{what}`: {said}; the build says: {found}"),
    "T709": Code(_E, "`{path}` {problem}"),
    "T710": Code(_E, "the chain of builds is broken: `{path}` {problem}"),
    "T711": Code(_E, "the proof does not hold: `{path}` {problem}"),
    "T712": Code(_N, "the build in `{path}` is unsigned: digests tell damage, and nobody vouches for it"),
    "T713": Code(_N, "`{path}` is signed by `{key}`, which was not given"),
    "T714": Code(_E, "no build can be made after the one in `{path}`: {problem}"),
    "T715": Code(_E, "nothing can be published to `{path}`: {problem}"),
    "T901": Code(_E, "there is no tenantc.yaml in `{path}` or above it"),
    "T902": Code(_E, "there is no tenant `{tenant}`"),
    "T903": Code(_E, "`{path}` holds files and no manifest of tenantc"),
    "T904": Code(_E, "another tenantc is writing `{path}`"),
    "T906": Code(_E, "`{path}` {problem}"),
}
