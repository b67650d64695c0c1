// the list of tenants

const chosen = {from: 0, group: null, rule: ""};
let matching = [];
function haystack(tenant) {
  const words = [
    tenant.id,
    tenant.name,
    tenant.environment,
    tenant.status,
    tenant.tier,
    tenant.region,
    tenant.state,
    ...tenant.frameworks,
    data().haystacks[tenant.verdicts],
  ];
  return words.join(" ").toLowerCase();
}
function has(tenant, state, framework) {
  if (state === "held") return tenant.state === "held";
  return data().frameworks.some(
    (one, at) =>
      (!framework || one.id === framework) &&
      meets(tenant, one) &&
      (data().states[at].get(tenant.verdicts) || []).includes(state),
  );
}
function select() {
  const terms = by("query").value.toLowerCase().split(/\s+/).filter(Boolean);
  const framework = by("by-framework").value,
    state = by("by-state").value,
    place = by("by-environment").value;
  const {group, rule} = chosen;
  matching = data().tenants.filter(
    (one) =>
      (!place || one.environment === place) &&
      (!framework || framework === "house" || one.frameworks.includes(framework)) &&
      (!group || (one.verdicts === group.verdicts && meets(one, group.framework))) &&
      (!rule || broken(one, rule)) &&
      (!state || has(one, state, framework)) &&
      (!terms.length || terms.every((term) => haystack(one).includes(term))),
  );
  chosen.from = 0;
  list();
}
function chips(tenant) {
  if (tenant.verdicts < 0) return make("span", {}, glyph("unjudged"), "not judged");
  return make(
    "span",
    {class: "chips"},
    Object.keys(WORDS)
      .filter((one) => found(tenant)[one])
      .map((one) =>
        make(
          "span",
          {class: BAD.includes(one) ? "alarm" : ""},
          glyph(GLYPHS[one] || one),
          `${count(found(tenant)[one].length)} ${WORDS[one]}`,
        ),
      ),
  );
}
function list() {
  const {from, group, rule} = chosen;
  const rows = matching.slice(from, from + PAGE);
  const cell = (label, ...children) => make("td", {role: "cell", "data-label": label}, ...children);
  by("tenant-table").tBodies[0].replaceChildren(
    ...rows.map((one) =>
      make(
        "tr",
        {role: "row"},
        make(
          "th",
          {role: "rowheader", scope: "row"},
          link(hash(one), one.id),
          one.name ? make("div", {class: "note"}, one.name) : "",
        ),
        cell("Environment", one.environment),
        cell("Tier", one.tier || "?"),
        cell("Region", one.region || "?"),
        cell("Status", one.status || "?", one.state === "held" ? make("span", {class: "alarm"}, " held") : ""),
        cell("Frameworks", one.frameworks.join(", ") || "none"),
        cell("Rules", chips(one)),
      ),
    ),
  );
  by("tenant-count").textContent = matching.length
    ? `${count(from + 1)} to ${count(from + rows.length)} of ${count(matching.length)} tenants, counted in each environment`
    : "No tenant is like this.";
  by("before").disabled = from === 0;
  by("after").disabled = from + PAGE >= matching.length;
  by("chosen").replaceChildren(
    ...(group || rule
      ? [
          group ? `Those that came out alike for ${shown(group.framework.title)}` : `Those that break ${shown(rule)}`,
          " ",
          make(
            "button",
            {
              type: "button",
              click: () => {
                chosen.group = null;
                chosen.rule = "";
                select();
              },
            },
            "Show all",
          ),
        ]
      : []),
  );
}
function narrow(change) {
  for (const id of ["query", "by-framework", "by-state", "by-environment"]) by(id).value = "";
  Object.assign(chosen, {group: null, rule: ""}, change);
  select();
  overview();
  by("tenants").scrollIntoView();
  by("tenants-title").focus({preventScroll: true});
}
function turn(step) {
  chosen.from += step * PAGE;
  list();
  by("tenants").scrollIntoView();
}
function start() {
  const {tenants, frameworks} = data();
  for (const one of frameworks) by("by-framework").append(make("option", {value: one.id}, one.title));
  const known = STATES.filter((state) =>
    frameworks.some((one) => one.controls.some((control) => control.states[state])),
  );
  for (const state of known) by("by-state").append(make("option", {value: state}, `a control ${word(state)}`));
  if (tenants.some((one) => one.state === "held"))
    by("by-state").append(make("option", {value: "held"}, "artifacts held"));
  for (const place of new Set(tenants.map((one) => one.environment)))
    by("by-environment").append(make("option", {}, place));
  select();
}
