// filters in a section, and the search over everything

for (const field of document.querySelectorAll("[data-filter]")) {
  field.addEventListener("input", () => {
    const tools = field.closest(".tools"),
      items = [...document.querySelectorAll(field.dataset.filter)];
    const text = tools.querySelector("input").value.toLowerCase(),
      state = tools.querySelector("select")?.value;
    for (const item of items) {
      item.hidden =
        !item.textContent.toLowerCase().includes(text) ||
        Boolean(state && !item.dataset.states.split(" ").includes(state));
      if (!item.hidden && (text || state) && item.closest("details")) item.closest("details").open = true;
    }
    tools.querySelector("[role=status]").textContent =
      text || state ? `${count(items.filter((one) => !one.hidden).length)} of ${count(items.length)}` : "";
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
    [
      "Tenants",
      tenants.filter((one) => fits(`${one.id} ${one.name || ""} ${one.environment}`)),
      (one) =>
        link(
          hash(one),
          one.name ? `${one.id}, ${one.name}` : one.id,
          one.environment === "default" ? "" : ` (${shown(one.environment)})`,
        ),
    ],
    [
      "Rules",
      Object.entries(rules).filter(([id, one]) => fits(`${id} ${one.title}`)),
      ([id, one]) => link({rule: id}, `${one.title} (${id})`),
    ],
    [
      "Controls",
      frameworks
        .flatMap((one) => one.controls.map((control) => [one, control]))
        .filter(([one, control]) => fits(`${one.id} ${control.id} ${control.title}`)),
      ([one, control]) => link({control: control.id, of: one.id}, `${one.id} ${control.id} ${control.title}`),
    ],
    ["Settings", paths.filter(fits), (path) => link({setting: path}, path)],
  ];
  const all = groups.reduce((sum, [, items]) => sum + items.length, 0);
  by("found-count").textContent = all ? `${count(all)} found` : "Nothing found";
  by("found-list").replaceChildren(
    ...groups
      .filter(([, items]) => items.length)
      .flatMap(([title, items, show]) =>
        [
          make("h3", {}, title),
          ...items.slice(0, FEW).map(show),
          items.length > FEW ? make("p", {class: "note"}, `and ${count(items.length - FEW)} more`) : "",
        ].filter(Boolean),
      ),
  );
}
