// the heat map

function unfold(button) {
  const row = button.closest("tr"),
    opened = button.getAttribute("aria-expanded") === "true";
  button.setAttribute("aria-expanded", String(!opened));
  if (opened) return row.nextElementSibling.remove();
  const framework = data().frameworks[button.closest("table").dataset.framework],
    group = framework.rows[button.dataset.row];
  const theirs = data().tenants.filter((one) => one.verdicts === group.verdicts && meets(one, framework));
  const shares = STATES.filter((state) => state !== "enforced" && group.states.includes(state)).map((state) =>
    make(
      "li",
      {},
      glyph(state),
      make("b", {}, word(state)),
      ": ",
      framework.controls
        .filter((_, at) => group.states[at] === state)
        .map((one) => one.id)
        .join(", "),
    ),
  );
  const some = theirs
    .slice(0, PAGE)
    .map((one) => link(hash(one), one.environment === "default" ? one.id : `${one.id} (${one.environment})`));
  row.after(
    make(
      "tr",
      {class: "opened"},
      make(
        "td",
        {colspan: "2"},
        make("ul", {}, shares),
        make("p", {class: "links"}, some),
        make(
          "p",
          {},
          make(
            "button",
            {type: "button", click: () => narrow({group: {framework, verdicts: group.verdicts}})},
            `${count(theirs.length)} in the tenants' list`,
          ),
        ),
      ),
    ),
  );
}
const shapes = Object.fromEntries(
  STATES.map((state) => [state, by(`s-${state}`).firstElementChild.getAttribute("d").slice(4)]),
);
function moreRows(button) {
  const at = button.dataset.framework,
    framework = data().frameworks[at];
  const body = document.querySelector(`table.heat[data-framework="${at}"]`).tBodies[0];
  const width = body.querySelector(".strip").getAttribute("width");
  const there = new Set([...body.querySelectorAll("button[data-row]")].map((one) => Number(one.dataset.row)));
  const missing = framework.rows.map((_, number) => number).filter((number) => !there.has(number));
  for (const number of missing.slice(0, PAGE)) {
    const {states, tenants} = framework.rows[number];
    const known = STATES.filter((state) => states.includes(state));
    body.append(
      make(
        "tr",
        {},
        make(
          "th",
          {scope: "row"},
          make(
            "button",
            {type: "button", class: "js", "aria-expanded": "false", "data-row": number},
            `${count(tenants)} tenant${tenants === 1 ? "" : "s"}`,
          ),
        ),
        make(
          "td",
          {},
          make(
            "span",
            {class: "quiet"},
            known.map((state) => `${states.filter((one) => one === state).length} ${word(state)}`).join(", "),
          ),
          drawn(
            "svg",
            {class: "strip", viewBox: `0 0 ${width} 14`, width, height: 14, "aria-hidden": "true"},
            ...known.map((state) =>
              drawn("path", {
                class: state,
                "fill-rule": "evenodd",
                d: states.map((one, index) => (one === state ? `M${index * 14 + 1} 1${shapes[state]}` : "")).join(""),
              }),
            ),
          ),
        ),
      ),
    );
  }
  const left = missing.length - PAGE;
  if (left > 0) button.parentElement.firstChild.data = `and ${count(left)} more groups, all in the tenants' list `;
  else button.parentElement.remove();
}
addEventListener("pointermove", (event) => {
  const strip = event.target.closest?.(".strip");
  if (!strip) return;
  const table = strip.closest("table"),
    framework = data().frameworks[table.dataset.framework];
  const at = Math.floor((event.clientX - strip.getBoundingClientRect().left) / 14),
    control = framework.controls[at];
  const row = strip.closest("tr").querySelector("button").dataset.row;
  if (control)
    table.parentElement.nextElementSibling.textContent = `${shown(control.id)} ${shown(control.title)}: ${word(framework.rows[row].states[at])}`;
});
addEventListener("click", (event) => {
  const button = event.target.closest?.("button");
  if (button?.dataset.row) unfold(button);
  else if (button?.classList.contains("rows")) moreRows(button);
});
