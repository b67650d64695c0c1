"use strict";
addEventListener("DOMContentLoaded", () => {
  const PAGE = 50, FEW = 8;
  const BAD = ["fail", "missing", "error"];
  const WORDS = {
    fail: "failing", missing: "a fact is missing", error: "not to be judged", waived: "waived", attested: "attested",
    vacuous: "over nothing", pass: "enforced", not_applicable: "not for the tenant",
  };
  const GLYPHS = {fail: "failing", missing: "failing", error: "failing", pass: "enforced"};
  const by = (id) => document.getElementById(id);
  const count = (number) => number.toLocaleString("en-US");
  // what no reader could see, or would be misled by
  const shown = (text) => String(text).replace(/(?! )[\p{C}\p{Z}]/gu, (one) => `\\u{${one.codePointAt(0).toString(16)}}`);

  /** An element: texts become text and nothing else, so no name or value is ever markup. */
  function make(name, attributes, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (typeof value === "function") element.addEventListener(key, value);
      else if (value !== undefined && value !== false) element.setAttribute(key, value === true ? "" : value);
    }
    element.append(...children.flat(Infinity).filter((one) => one !== "" && one != null)
      .map((one) => one instanceof Node ? one : shown(one)));
    return element;
  }
  const SVG = "http://www.w3.org/2000/svg";
  function drawn(name, attributes, ...children) {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  }
  const glyph = (state) => drawn("svg", {class: "glyph", "aria-hidden": "true"}, drawn("use", {href: `#s-${state}`}));
  const link = (hash, ...children) => make("a", {href: `#${new URLSearchParams(hash)}`}, ...children);
  const code = (text, kind) => make("code", {class: kind}, text);
  const STATES = [...document.querySelectorAll("symbol")].map((one) => one.id.slice(2));
  const word = (state) => by(`s-${state}`).dataset.word;

  let report;
  /** Report.json, read when it is first asked for. */
  function data() {
    if (!report) {
      report = JSON.parse(by("data").textContent);
      by("data").remove();
      report.words = report.verdicts.map((found) =>
        Object.fromEntries(Object.entries(found).flatMap(([one, rules]) => rules.map((rule) => [rule, one]))));
      report.haystacks = report.verdicts.map((found) =>
        [...BAD, "waived"].flatMap((one) => found[one] || []).join(" "));
      report.states = report.frameworks.map((one) => new Map(one.rows.map((row) => [row.verdicts, row.states])));
    }
    return report;
  }
  const found = (tenant) => data().verdicts[tenant.verdicts] || {};
  const broken = (tenant, rule) => BAD.some((one) => (found(tenant)[one] || []).includes(rule));
  const meets = (tenant, framework) => framework.id === "house" || tenant.frameworks.includes(framework.id);
  const hash = (tenant) => ({tenant: tenant.id, in: tenant.environment});

  // the list of tenants

  const chosen = {from: 0, group: null, rule: ""};
  let matching = [];
  function haystack(tenant) {
    const words = [tenant.id, tenant.name, tenant.environment, tenant.status, tenant.tier, tenant.region, tenant.state,
      ...tenant.frameworks, data().haystacks[tenant.verdicts]];
    return words.join(" ").toLowerCase();
  }
  function has(tenant, state, framework) {
    if (state === "held") return tenant.state === "held";
    return data().frameworks.some((one, at) => (!framework || one.id === framework) && meets(tenant, one) &&
      (data().states[at].get(tenant.verdicts) || []).includes(state));
  }
  function select() {
    const terms = by("query").value.toLowerCase().split(/\s+/).filter(Boolean);
    const framework = by("by-framework").value, state = by("by-state").value, place = by("by-environment").value;
    const {group, rule} = chosen;
    matching = data().tenants.filter((one) =>
      (!place || one.environment === place) &&
      (!framework || framework === "house" || one.frameworks.includes(framework)) &&
      (!group || (one.verdicts === group.verdicts && meets(one, group.framework))) &&
      (!rule || broken(one, rule)) &&
      (!state || has(one, state, framework)) &&
      (!terms.length || terms.every((term) => haystack(one).includes(term))));
    chosen.from = 0;
    list();
  }
  function chips(tenant) {
    if (tenant.verdicts < 0) return make("span", {}, glyph("unjudged"), "not judged");
    return make("span", {class: "chips"}, Object.keys(WORDS).filter((one) => found(tenant)[one]).map((one) =>
      make("span", {class: BAD.includes(one) ? "alarm" : ""}, glyph(GLYPHS[one] || one),
        `${count(found(tenant)[one].length)} ${WORDS[one]}`)));
  }
  function list() {
    const {from, group, rule} = chosen;
    const rows = matching.slice(from, from + PAGE);
    const cell = (label, ...children) => make("td", {role: "cell", "data-label": label}, ...children);
    by("tenant-table").tBodies[0].replaceChildren(...rows.map((one) => make("tr", {role: "row"},
      make("th", {role: "rowheader", scope: "row"}, link(hash(one), one.id), one.name ? make("div", {class: "note"}, one.name) : ""),
      cell("Environment", one.environment), cell("Tier", one.tier || "?"), cell("Region", one.region || "?"),
      cell("Status", one.status || "?", one.state === "held" ? make("span", {class: "alarm"}, " held") : ""),
      cell("Frameworks", one.frameworks.join(", ") || "none"), cell("Rules", chips(one)))));
    by("tenant-count").textContent = matching.length
      ? `${count(from + 1)} to ${count(from + rows.length)} of ${count(matching.length)} tenants, counted in each environment`
      : "No tenant is like this.";
    by("before").disabled = from === 0;
    by("after").disabled = from + PAGE >= matching.length;
    by("chosen").replaceChildren(...(group || rule ? [
      group ? `Those that came out alike for ${shown(group.framework.title)}` : `Those that break ${shown(rule)}`, " ",
      make("button", {type: "button", click: () => { chosen.group = null; chosen.rule = ""; select(); }}, "Show all"),
    ] : []));
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
    const known = STATES.filter((state) => frameworks.some((one) => one.controls.some((control) => control.states[state])));
    for (const state of known) by("by-state").append(make("option", {value: state}, `a control ${word(state)}`));
    if (tenants.some((one) => one.state === "held")) by("by-state").append(make("option", {value: "held"}, "artifacts held"));
    for (const place of new Set(tenants.map((one) => one.environment))) by("by-environment").append(make("option", {}, place));
    select();
  }

  // one tenant, one rule

  function overview() {
    by("detail").hidden = true;
    by("report").hidden = false;
  }
  function open(title, ...children) {
    const heading = make("h2", {tabindex: "-1"}, title);
    by("detail").replaceChildren(make("p", {}, make("a", {href: "#tenants"}, "All tenants")), heading, make("div", {}, children));
    by("detail").hidden = false;
    by("report").hidden = true;
    scrollTo(0, 0);
    heading.focus({preventScroll: true});
  }
  const facts = (pairs) => make("dl", {class: "facts"}, pairs.filter(([, value]) => value && value.length !== 0)
    .map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value))));
  /** A table that lies down as cards where there is no room for it; roles say that it still is one. */
  function table(label, columns, rows, kind = "") {
    for (const row of rows) {
      row.setAttribute("role", "row");
      [...row.cells].forEach((one, at) => {
        one.setAttribute("role", at ? "cell" : "rowheader");
        if (at) one.dataset.label = columns[at];
      });
    }
    return make("div", {class: `wide ${kind}`, tabindex: "0", role: "region", "aria-label": label},
      make("table", {class: "stack", role: "table"},
        make("thead", {role: "rowgroup"}, make("tr", {role: "row"}, columns.map((name) => make("th", {role: "columnheader", scope: "col"}, name)))),
        make("tbody", {role: "rowgroup"}, rows)));
  }
  /** A part that is made when somebody opens it. */
  function folded(title, size, content) {
    const part = make("details", {toggle: () => part.open && fill()}, make("summary", {}, title, make("span", {}, count(size))));
    const fill = () => { if (part.childElementCount === 1) part.append(content()); };
    part.fill = fill;
    return part;
  }
  /** The kinds of document that a setting drives, a line a target. */
  function drives(path) {
    const kinds = {};
    for (const one of data().documents) {
      if (one.reads.some((read) => read === path || path.startsWith(`${read}.`))) (kinds[one.target] ||= new Set()).add(one.kind);
    }
    const lines = Object.entries(kinds).map(([target, names]) => make("div", {}, make("span", {class: "note"}, `${target}: `), [...names].join(", ")));
    return lines.length ? lines : make("span", {class: "note"}, "no document");
  }
  function origin(said) {
    const extra = [said.operator, said.written === undefined ? "" : `as ${JSON.stringify(said.written)}`,
      said.until ? `until ${said.until}: ${said.reason || ""}` : ""].filter(Boolean).join(", ");
    return make("div", {}, said.from, extra ? ` (${shown(extra)})` : "", " ", said.at ? code(said.at, "digest") : "");
  }
  function settings(label, entries) {
    return table(label, ["Setting", "Value", "Who said it, over whom", "Drives"], entries.map(([path, said]) =>
      make("tr", {}, make("th", {scope: "row"}, code(path)),
        make("td", {}, said.value === undefined ? make("span", {class: "note"}, "absent") : code(JSON.stringify(said.value))),
        make("td", {}, origin(said), (said.over || []).map((one) => make("div", {class: "note"}, "over ", ...origin(one).childNodes))),
        make("td", {}, drives(path)))), "settings");
  }
  function verdicts(label, rules, framed) {
    return table(label, ["Rule", "Why", "For", "Stands at"], rules.map((id) => {
      const rule = data().rules[id] || {title: "a rule that is no more", because: "", controls: [], at: "", severity: ""};
      const mine = rule.controls.filter((one) => framed.some((framework) => one.startsWith(`${framework} `)));
      return make("tr", {}, make("th", {scope: "row"}, rule.title, make("div", {}, link({rule: id}, code(id)), " ", make("span", {class: "note"}, rule.severity))),
        make("td", {}, rule.because), make("td", {}, (mine.length ? mine : rule.controls).join(", ")), make("td", {}, code(rule.at)));
    }), "verdicts");
  }
  function evidence(tenant) {
    const said = data().failures.filter((one) => (one.tenant === undefined ? one.tenants > 1 : one.tenant === tenant.id) && broken(tenant, one.rule));
    return said.slice(0, PAGE).map((one) => make("div", {class: "evidence"},
      make("p", {class: "message"}, one.message, " ", make("span", {class: "code"}, one.code)),
      one.help ? make("p", {class: "fix"}, make("b", {}, "Fix"), " ", one.help) : "",
      make("ul", {class: "spans"}, one.spans.map((span) => make("li", {}, code(`${span.path}:${span.line}:${span.column}`), " ", span.label)))));
  }
  function leave(tenant) {
    return data().waivers.filter((one) => one.tenants.includes(tenant.id) &&
      (!one.environments.length || one.environments.includes(tenant.environment))).map((one) =>
      make("p", {}, glyph("waived"), link({rule: one.rule}, code(one.rule)),
        ` ${one.days < 0 ? "was" : "is"} waived until ${one.until}: ${shown(one.reason)} `, make("span", {class: "note"}, `${shown(one.approver)}, as stated`)));
  }
  /** Shows the settings whose line says what is typed, wherever they are folded away. */
  function sift(event) {
    const text = event.target.value.toLowerCase();
    for (const part of by("detail").querySelectorAll("details.group")) {
      part.fill();
      part.open = Boolean(text) && part.textContent.toLowerCase().includes(text);
    }
    for (const row of by("detail").querySelectorAll(".settings tbody tr")) row.hidden = !row.textContent.toLowerCase().includes(text);
  }
  function showTenant(id, place) {
    const all = data().tenants.filter((one) => one.id === id);
    const tenant = all.find((one) => one.environment === place) || all[0];
    if (!tenant) return open(id, make("p", {}, "This build has no such tenant."));
    const stack = tenant.stack < 0 ? [] : data().stacks[tenant.stack].map((number) => Object.entries(data().sections[number]));
    const own = Object.entries(tenant.own);
    const files = data().names[tenant.artifacts] || [];
    const groups = Object.keys(WORDS).filter((one) => found(tenant)[one]);
    const others = all.filter((one) => one !== tenant);
    const inherited = stack.flat().filter(([path]) => !(path in tenant.own));
    const sections = Map.groupBy ? Map.groupBy(inherited, ([path]) => path.split(".")[0]) : new Map([["inherited", inherited]]);
    return open(tenant.name || tenant.id,
      make("p", {class: "lead"}, code(tenant.id), ` in ${shown(tenant.environment)}`),
      tenant.state === "held" ? make("p", {class: "alarm"}, `Held, with its previous artifacts: ${shown(tenant.reason)}`) : "",
      facts([["Status", tenant.status], ["Tier", tenant.tier], ["Region", tenant.region], ["Frameworks", tenant.frameworks.join(", ")],
        ["Spec", tenant.spec && code(tenant.spec)],
        ["Other environments", others.length && make("span", {}, others.map((one) => [link(hash(one), one.environment), " "]))]]),
      make("h3", {}, "Verdicts"), make("p", {}, chips(tenant)), evidence(tenant), leave(tenant),
      groups.map((one) => {
        const part = folded(WORDS[one], found(tenant)[one].length, () => verdicts(`Rules ${WORDS[one]}`, found(tenant)[one], tenant.frameworks));
        part.open = BAD.includes(one) || one === "waived";
        return part;
      }),
      make("h3", {}, "Its own settings"),
      make("p", {class: "tools js"}, make("label", {}, "Filter settings ", make("input", {type: "search", autocomplete: "off", spellcheck: "false", input: sift}))),
      own.length ? settings("Its own settings", own) : make("p", {}, tenant.stack < 0 ? "Not known." : "None: it has what its tier gives."),
      make("h3", {}, "What it inherits, hardened"),
      [...sections].map(([name, entries]) => {
        const part = folded(name, entries.length, () => settings(`Inherited: ${shown(name)}`, entries));
        part.classList.add("group");
        return part;
      }),
      make("h3", {}, "Artifacts"),
      files.length ? table("Artifacts", ["File", "SHA-256"], files.map((name, at) =>
        make("tr", {}, make("th", {scope: "row"}, code(name)), make("td", {}, code(tenant.digests[at], "digest"))))) : make("p", {}, "None."));
  }
  function showRule(id) {
    const rule = data().rules[id];
    if (!rule) return open(id, make("p", {}, "This build has no such rule."));
    const tally = {};
    for (const one of data().tenants) {
      const outcome = one.verdicts < 0 ? "unjudged" : data().words[one.verdicts][id];
      if (outcome) tally[outcome] = (tally[outcome] || 0) + 1;
    }
    if (id in data().wide) tally[data().wide[id]] = 0;
    return open(rule.title,
      make("p", {class: "lead"}, code(id)), make("p", {}, rule.because),
      facts([["Severity", rule.severity], ["Stands at", code(rule.at)], ["Cited for", rule.controls.join(", ")]]),
      make("h3", {}, "How it came out"),
      make("ul", {class: "counts"}, Object.entries(tally).map(([one, number]) =>
        make("li", {}, glyph(GLYPHS[one] || one), make("b", {}, number ? count(number) : ""), ` ${WORDS[one] || word(one)}${number ? "" : ", about no single tenant"}`))),
      BAD.some((one) => tally[one]) ? make("p", {}, link({broken: id}, "Tenants that break it")) : "");
  }

  // the heat map

  function unfold(button) {
    const row = button.closest("tr"), opened = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!opened));
    if (opened) return row.nextElementSibling.remove();
    const framework = data().frameworks[button.closest("table").dataset.framework], group = framework.rows[button.dataset.row];
    const theirs = data().tenants.filter((one) => one.verdicts === group.verdicts && meets(one, framework));
    const shares = STATES.filter((state) => state !== "enforced" && group.states.includes(state)).map((state) =>
      make("li", {}, glyph(state), make("b", {}, word(state)), ": ",
        framework.controls.filter((_, at) => group.states[at] === state).map((one) => one.id).join(", ")));
    const some = theirs.slice(0, PAGE).map((one) => link(hash(one), one.environment === "default" ? one.id : `${one.id} (${one.environment})`));
    row.after(make("tr", {class: "opened"}, make("td", {colspan: "2"}, make("ul", {}, shares), make("p", {class: "links"}, some),
      make("p", {}, make("button", {type: "button", click: () => narrow({group: {framework, verdicts: group.verdicts}})},
        `${count(theirs.length)} in the tenants' list`)))));
  }
  const shapes = Object.fromEntries(STATES.map((state) => [state, by(`s-${state}`).firstElementChild.getAttribute("d").slice(4)]));
  function moreRows(button) {
    const at = button.dataset.framework, framework = data().frameworks[at];
    const body = document.querySelector(`table.heat[data-framework="${at}"]`).tBodies[0];
    const width = body.querySelector(".strip").getAttribute("width");
    const there = new Set([...body.querySelectorAll("button[data-row]")].map((one) => Number(one.dataset.row)));
    const missing = framework.rows.map((_, number) => number).filter((number) => !there.has(number));
    for (const number of missing.slice(0, PAGE)) {
      const {states, tenants} = framework.rows[number];
      const known = STATES.filter((state) => states.includes(state));
      body.append(make("tr", {},
        make("th", {scope: "row"}, make("button", {type: "button", class: "js", "aria-expanded": "false", "data-row": number}, `${count(tenants)} tenant${tenants === 1 ? "" : "s"}`)),
        make("td", {}, make("span", {class: "quiet"}, known.map((state) => `${states.filter((one) => one === state).length} ${word(state)}`).join(", ")),
          drawn("svg", {class: "strip", viewBox: `0 0 ${width} 14`, width, height: 14, "aria-hidden": "true"}, ...known.map((state) =>
            drawn("path", {class: state, "fill-rule": "evenodd", d: states.map((one, index) => one === state ? `M${index * 14 + 1} 1${shapes[state]}` : "").join("")}))))));
    }
    const left = missing.length - PAGE;
    if (left > 0) button.parentElement.firstChild.data = `and ${count(left)} more groups, all in the tenants' list `;
    else button.parentElement.remove();
  }
  addEventListener("pointermove", (event) => {
    const strip = event.target.closest?.(".strip");
    if (!strip) return;
    const table = strip.closest("table"), framework = data().frameworks[table.dataset.framework];
    const at = Math.floor((event.clientX - strip.getBoundingClientRect().left) / 14), control = framework.controls[at];
    const row = strip.closest("tr").querySelector("button").dataset.row;
    if (control) table.parentElement.nextElementSibling.textContent = `${shown(control.id)} ${shown(control.title)}: ${word(framework.rows[row].states[at])}`;
  });
  addEventListener("click", (event) => {
    const button = event.target.closest?.("button");
    if (button?.dataset.row) unfold(button);
    else if (button?.classList.contains("rows")) moreRows(button);
  });

  // filters in a section, and the search over everything

  for (const field of document.querySelectorAll("[data-filter]")) {
    field.addEventListener("input", () => {
      const tools = field.closest(".tools"), items = [...document.querySelectorAll(field.dataset.filter)];
      const text = tools.querySelector("input").value.toLowerCase(), state = tools.querySelector("select")?.value;
      for (const item of items) {
        item.hidden = !item.textContent.toLowerCase().includes(text) || Boolean(state && !item.dataset.states.split(" ").includes(state));
        if (!item.hidden && (text || state) && item.closest("details")) item.closest("details").open = true;
      }
      tools.querySelector("[role=status]").textContent = text || state
        ? `${count(items.filter((one) => !one.hidden).length)} of ${count(items.length)}` : "";
    });
  }
  function search() {
    const terms = by("find").value.toLowerCase().split(/\s+/).filter(Boolean);
    by("found").hidden = !terms.length;
    if (!terms.length) return;
    const fits = (text) => terms.every((term) => text.toLowerCase().includes(term));
    const {tenants, rules, frameworks, documents} = data();
    const paths = [...new Set(documents.flatMap((one) => one.reads))].sort();
    const groups = [
      ["Tenants", tenants.filter((one) => fits(`${one.id} ${one.name || ""} ${one.environment}`)),
        (one) => link(hash(one), one.name ? `${one.id}, ${one.name}` : one.id, one.environment === "default" ? "" : ` (${shown(one.environment)})`)],
      ["Rules", Object.entries(rules).filter(([id, one]) => fits(`${id} ${one.title}`)), ([id, one]) => link({rule: id}, `${one.title} (${id})`)],
      ["Controls", frameworks.flatMap((one) => one.controls.map((control) => [one, control])).filter(([one, control]) => fits(`${one.id} ${control.id} ${control.title}`)),
        ([one, control]) => link({control: control.id, of: one.id}, `${one.id} ${control.id} ${control.title}`)],
      ["Settings", paths.filter(fits), (path) => link({setting: path}, path)],
    ];
    const all = groups.reduce((sum, [, items]) => sum + items.length, 0);
    by("found-count").textContent = all ? `${count(all)} found` : "Nothing found";
    by("found-list").replaceChildren(...groups.filter(([, items]) => items.length).flatMap(([title, items, show]) => [
      make("h3", {}, title), ...items.slice(0, FEW).map(show),
      items.length > FEW ? make("p", {class: "note"}, `and ${count(items.length - FEW)} more`) : "",
    ].filter(Boolean)));
  }
  function showSetting(path) {
    const own = data().tenants.filter((one) => path in one.own);
    open(path, make("h3", {}, "Drives"), drives(path),
      make("h3", {}, "Tenants that have it otherwise than their tier"),
      own.length ? table("Tenants", ["Tenant", "Value", "Who said it"], own.slice(0, PAGE).map((one) => make("tr", {},
        make("th", {scope: "row"}, link(hash(one), one.id), one.environment === "default" ? "" : ` (${shown(one.environment)})`),
        make("td", {}, code(JSON.stringify(one.own[path].value) ?? "absent")), make("td", {}, origin(one.own[path]))))) : make("p", {}, "none"),
      own.length > PAGE ? make("p", {class: "more"}, `and ${count(own.length - PAGE)} more`) : "");
  }
  function showControl(id, name) {
    overview();
    const at = data().frameworks.findIndex((one) => one.id === name);
    const row = at < 0 ? null : document.querySelectorAll(`#framework-${at + 1} .control`)[data().frameworks[at].controls.findIndex((one) => one.id === id)];
    if (!row) return;
    row.hidden = false;
    row.closest("details").open = true;
    row.scrollIntoView({block: "center"});
    row.tabIndex = -1;
    row.focus({preventScroll: true});
  }
  function route() {
    by("found").hidden = true;
    const to = new URLSearchParams(location.hash.slice(1).replaceAll("+", "%20"));
    if (to.get("tenant") !== null) showTenant(to.get("tenant"), to.get("in"));
    else if (to.get("rule")) showRule(to.get("rule"));
    else if (to.get("setting")) showSetting(to.get("setting"));
    else if (to.get("control")) showControl(to.get("control"), to.get("of"));
    else if (to.get("broken")) narrow({rule: to.get("broken")});
    else if (by("report").hidden) {
      overview();
      by(location.hash.slice(1))?.scrollIntoView();
    }
  }

  document.documentElement.classList.add("scripted");
  const form = document.querySelector(".find");
  form.hidden = false;
  form.addEventListener("submit", (event) => { event.preventDefault(); by("found-list").querySelector("a")?.click(); });
  form.addEventListener("keydown", (event) => { if (event.key === "Escape") { by("find").value = ""; by("found").hidden = true; by("find").focus(); } });
  form.addEventListener("focusout", (event) => { if (event.relatedTarget && !form.contains(event.relatedTarget)) by("found").hidden = true; });
  by("find").addEventListener("input", search);
  by("query").addEventListener("input", select);
  for (const id of ["by-framework", "by-state", "by-environment"]) by(id).addEventListener("change", select);
  const filters = document.querySelector("#tenants form");
  filters.addEventListener("submit", (event) => event.preventDefault());
  filters.addEventListener("reset", () => setTimeout(() => { Object.assign(chosen, {group: null, rule: ""}); select(); }));
  by("before").addEventListener("click", () => turn(-1));
  by("after").addEventListener("click", () => turn(1));
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    event.preventDefault();
    by("find").focus();
  });
  addEventListener("hashchange", route);
  const closed = [];
  addEventListener("beforeprint", () => {
    for (const part of document.querySelectorAll("details:not([open])")) { part.fill?.(); closed.push(part); part.open = true; }
  });
  addEventListener("afterprint", () => { for (const part of closed.splice(0)) part.open = false; });
  // the picture first, then the twenty megabytes of a large fleet
  requestAnimationFrame(() => setTimeout(() => { start(); route(); }));
});
