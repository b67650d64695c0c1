// one tenant, one rule

const named = document.title;
function overview() {
  document.title = named;
  by("detail").hidden = true;
  by("report").hidden = false;
}
function open(title, ...children) {
  const heading = make("h1", {tabindex: "-1"}, title);
  by("detail").replaceChildren(
    make("p", {}, make("a", {href: "#tenants"}, "All tenants")),
    heading,
    make("div", {}, children),
  );
  by("detail").hidden = false;
  by("report").hidden = true;
  document.title = `${shown(title)}: ${named}`;
  scrollTo(0, 0);
  heading.focus({preventScroll: true});
}
const facts = (pairs) =>
  make(
    "dl",
    {class: "facts"},
    pairs
      .filter(([, value]) => value && value.length !== 0)
      .map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value))),
  );
/** A table that lies down as cards where there is no room for it; roles say that it still is one. */
function table(label, columns, rows, kind = "") {
  for (const row of rows) {
    row.setAttribute("role", "row");
    [...row.cells].forEach((one, at) => {
      one.setAttribute("role", at ? "cell" : "rowheader");
      if (at) one.dataset.label = columns[at];
    });
  }
  return make(
    "div",
    {class: `wide ${kind}`, tabindex: "0", role: "region", "aria-label": label},
    make(
      "table",
      {class: "stack", role: "table"},
      make(
        "thead",
        {role: "rowgroup"},
        make(
          "tr",
          {role: "row"},
          columns.map((name) => make("th", {role: "columnheader", scope: "col"}, name)),
        ),
      ),
      make("tbody", {role: "rowgroup"}, rows),
    ),
  );
}
/** A part that is made when somebody opens it. */
function folded(title, size, content) {
  const part = make(
    "details",
    {toggle: () => part.open && fill()},
    make("summary", {}, title, make("span", {}, count(size))),
  );
  const fill = () => {
    if (part.childElementCount === 1) part.append(content());
  };
  part.fill = fill;
  return part;
}
/** The kinds of document that a setting drives, a line a target. */
function drives(path) {
  const kinds = {};
  for (const one of data().documents) {
    if (one.reads.some((read) => read === path || path.startsWith(`${read}.`)))
      (kinds[one.target] ||= new Set()).add(one.kind);
  }
  const lines = Object.entries(kinds).map(([target, names]) =>
    make("div", {}, make("span", {class: "note"}, `${target}: `), [...names].join(", ")),
  );
  return lines.length ? lines : make("span", {class: "note"}, "no document");
}
/** Who wrote a line, where the build was asked to find out. */
function wrote(line) {
  if (!data().blame || !Object.hasOwn(data().blame, line)) return "";
  const {author, date, commit} = data().blame[line];
  return make(
    "span",
    {class: "note"},
    ` ${[author, date, commit?.slice(0, 12)].filter(Boolean).map(shown).join(", ")}`,
  );
}
function origin(said) {
  const extra = [
    said.operator,
    said.written === undefined ? "" : `as ${JSON.stringify(said.written)}`,
    said.until ? `until ${said.until}: ${said.reason || ""}` : "",
  ]
    .filter(Boolean)
    .join(", ");
  return make(
    "div",
    {},
    said.from,
    extra ? ` (${shown(extra)})` : "",
    " ",
    said.at ? [code(said.at, "digest"), wrote(said.at.replace(/:\d+$/, ""))] : "",
  );
}
function settings(label, entries) {
  return table(
    label,
    ["Setting", "Value", "Who said it, over whom", "Drives"],
    entries.map(([path, said]) =>
      make(
        "tr",
        {},
        make("th", {scope: "row"}, code(path)),
        make(
          "td",
          {},
          said.value === undefined ? make("span", {class: "note"}, "absent") : code(JSON.stringify(said.value)),
        ),
        make(
          "td",
          {},
          origin(said),
          (said.over || []).map((one) => make("div", {class: "note"}, "over ", ...origin(one).childNodes)),
        ),
        make("td", {}, drives(path)),
      ),
    ),
    "settings",
  );
}
function verdicts(label, rules, framed) {
  return table(
    label,
    ["Rule", "Why", "For", "Stands at"],
    rules.map((id) => {
      const rule = (Object.hasOwn(data().rules, id) && data().rules[id]) || {
        title: "a rule that is no more",
        because: "",
        controls: [],
        at: "",
        severity: "",
      };
      const mine = rule.controls.filter((one) => framed.some((framework) => one.startsWith(`${framework} `)));
      return make(
        "tr",
        {},
        make(
          "th",
          {scope: "row"},
          rule.title,
          make("div", {}, link({rule: id}, code(id)), " ", make("span", {class: "note"}, rule.severity)),
        ),
        make("td", {}, rule.because),
        make("td", {}, (mine.length ? mine : rule.controls).join(", ")),
        make("td", {}, code(rule.at)),
      );
    }),
    "verdicts",
  );
}
function evidence(tenant) {
  const said = data().failures.filter(
    (one) => (one.tenant === undefined ? one.tenants > 1 : one.tenant === tenant.id) && broken(tenant, one.rule),
  );
  return said.slice(0, PAGE).map((one) =>
    make(
      "div",
      {class: "evidence"},
      make("p", {class: "message"}, one.message, " ", make("span", {class: "code"}, one.code)),
      one.help ? make("p", {class: "fix"}, make("b", {}, "Fix"), " ", one.help) : "",
      make(
        "ul",
        {class: "spans"},
        one.spans.map((span) =>
          make(
            "li",
            {},
            code(`${span.path}:${span.line}:${span.column}`),
            " ",
            span.label,
            wrote(`${span.path}:${span.line}`),
          ),
        ),
      ),
    ),
  );
}
function leave(tenant) {
  return data()
    .waivers.filter(
      (one) =>
        one.tenants.includes(tenant.id) && (!one.environments.length || one.environments.includes(tenant.environment)),
    )
    .map((one) =>
      make(
        "p",
        {},
        glyph("waived"),
        link({rule: one.rule}, code(one.rule)),
        ` ${one.days < 0 ? "was" : "is"} waived until ${one.until}: ${shown(one.reason)} `,
        make("span", {class: "note"}, `${shown(one.approver)}, as stated`),
        one.glass ? make("b", {class: "alarm"}, " in an incident") : "",
      ),
    );
}
/** Shows the settings whose line says what is typed, wherever they are folded away. */
function sift(event) {
  const text = event.target.value.toLowerCase();
  for (const part of by("detail").querySelectorAll("details.group")) {
    part.fill();
    part.open = Boolean(text) && part.textContent.toLowerCase().includes(text);
  }
  for (const row of by("detail").querySelectorAll(".settings tbody tr"))
    row.hidden = !row.textContent.toLowerCase().includes(text);
}
function showTenant(id, place) {
  const all = data().tenants.filter((one) => one.id === id);
  const tenant = all.find((one) => one.environment === place) || all[0];
  if (!tenant) return open(id, make("p", {}, "This build has no such tenant."));
  const stack =
    tenant.stack < 0 ? [] : data().stacks[tenant.stack].map((number) => Object.entries(data().sections[number]));
  const own = Object.entries(tenant.own);
  const files = data().names[tenant.artifacts] || [];
  const groups = Object.keys(WORDS).filter((one) => found(tenant)[one]);
  const others = all.filter((one) => one !== tenant);
  const inherited = stack.flat().filter(([path]) => !Object.hasOwn(tenant.own, path));
  const sections = {};
  for (const entry of inherited) (sections[entry[0].split(".")[0]] ||= []).push(entry);
  return open(
    tenant.name || tenant.id,
    make("p", {class: "lead"}, code(tenant.id), ` in ${shown(tenant.environment)}`),
    tenant.state === "held"
      ? make("p", {class: "alarm"}, `Held, with its previous artifacts: ${shown(tenant.reason)}`)
      : "",
    facts([
      ["Status", tenant.status],
      ["Tier", tenant.tier],
      ["Region", tenant.region],
      ["Frameworks", tenant.frameworks.join(", ")],
      ["Spec", tenant.spec && code(tenant.spec)],
      [
        "Other environments",
        others.length &&
          make(
            "span",
            {},
            others.map((one) => [link(hash(one), one.environment), " "]),
          ),
      ],
    ]),
    make("h2", {}, "Verdicts"),
    make("p", {}, chips(tenant)),
    evidence(tenant),
    leave(tenant),
    groups.map((one) => {
      const part = folded(WORDS[one], found(tenant)[one].length, () =>
        verdicts(`Rules ${WORDS[one]}`, found(tenant)[one], tenant.frameworks),
      );
      part.open = BAD.includes(one) || one === "waived";
      return part;
    }),
    make("h2", {}, "Its own settings"),
    make(
      "p",
      {class: "tools js"},
      make(
        "label",
        {},
        "Filter settings ",
        make("input", {type: "search", autocomplete: "off", spellcheck: "false", input: sift}),
      ),
    ),
    own.length
      ? settings("Its own settings", own)
      : make("p", {}, tenant.stack < 0 ? "Not known." : "None: it has what its tier gives."),
    make("h2", {}, "What it inherits, hardened"),
    Object.entries(sections).map(([name, entries]) => {
      const part = folded(name, entries.length, () => settings(`Inherited: ${shown(name)}`, entries));
      part.classList.add("group");
      return part;
    }),
    make("h2", {}, "Artifacts"),
    files.length
      ? table(
          "Artifacts",
          ["File", "SHA-256"],
          files.map((name, at) =>
            make("tr", {}, make("th", {scope: "row"}, code(name)), make("td", {}, code(tenant.digests[at], "digest"))),
          ),
        )
      : make("p", {}, "None."),
  );
}
function showRule(id) {
  if (!Object.hasOwn(data().rules, id)) return open(id, make("p", {}, "This build has no such rule."));
  const rule = data().rules[id];
  const tally = {};
  for (const one of data().tenants) {
    const outcome = one.verdicts < 0 ? "unjudged" : data().words[one.verdicts][id];
    if (outcome) tally[outcome] = (tally[outcome] || 0) + 1;
  }
  if (Object.hasOwn(data().wide, id)) tally[data().wide[id]] = 0;
  return open(
    rule.title,
    make("p", {class: "lead"}, code(id)),
    make("p", {}, rule.because),
    facts([
      ["Severity", rule.severity],
      ["Stands at", code(rule.at)],
      ["Cited for", rule.controls.join(", ")],
    ]),
    make("h2", {}, "How it came out"),
    make(
      "ul",
      {class: "counts"},
      Object.entries(tally).map(([one, number]) =>
        make(
          "li",
          {},
          glyph(GLYPHS[one] || one),
          make("b", {}, number ? count(number) : ""),
          ` ${WORDS[one] || word(one)}${number ? "" : ", about no single tenant"}`,
        ),
      ),
    ),
    BAD.some((one) => tally[one]) ? make("p", {}, link({broken: id}, "Tenants that break it")) : "",
  );
}
function showSetting(path) {
  const own = data().tenants.filter((one) => Object.hasOwn(one.own, path));
  open(
    path,
    make("h2", {}, "Drives"),
    drives(path),
    make("h2", {}, "Tenants that have it otherwise than their tier"),
    own.length
      ? table(
          "Tenants",
          ["Tenant", "Value", "Who said it"],
          own
            .slice(0, PAGE)
            .map((one) =>
              make(
                "tr",
                {},
                make(
                  "th",
                  {scope: "row"},
                  link(hash(one), one.id),
                  one.environment === "default" ? "" : ` (${shown(one.environment)})`,
                ),
                make("td", {}, code(JSON.stringify(one.own[path].value) ?? "absent")),
                make("td", {}, origin(one.own[path])),
              ),
            ),
        )
      : make("p", {}, "none"),
    own.length > PAGE ? make("p", {class: "more"}, `and ${count(own.length - PAGE)} more`) : "",
  );
}
