function showControl(id, name) {
  overview();
  const at = data().frameworks.findIndex((one) => one.id === name);
  const row =
    at < 0
      ? null
      : document.querySelectorAll(`#framework-${at + 1} .control`)[
          data().frameworks[at].controls.findIndex((one) => one.id === id)
        ];
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

// what is asked for by address, and what happens when
addEventListener("DOMContentLoaded", () => {
  document.documentElement.classList.add("scripted");
  const form = document.querySelector(".find");
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    by("found-list").querySelector("a")?.click();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      by("find").value = "";
      by("found").hidden = true;
      by("find").focus();
    }
  });
  form.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !form.contains(event.relatedTarget)) by("found").hidden = true;
  });
  by("find").addEventListener("input", search);
  by("query").addEventListener("input", select);
  for (const id of ["by-framework", "by-state", "by-environment"]) by(id).addEventListener("change", select);
  const filters = document.querySelector("#tenants form");
  filters.addEventListener("submit", (event) => event.preventDefault());
  filters.addEventListener("reset", () =>
    setTimeout(() => {
      Object.assign(chosen, {group: null, rule: ""});
      select();
    }),
  );
  by("before").addEventListener("click", () => turn(-1));
  by("after").addEventListener("click", () => turn(1));
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName))
      return;
    event.preventDefault();
    by("find").focus();
  });
  addEventListener("hashchange", route);
  const closed = [];
  addEventListener("beforeprint", () => {
    for (const part of document.querySelectorAll("details:not([open])")) {
      part.fill?.();
      closed.push(part);
      part.open = true;
    }
  });
  addEventListener("afterprint", () => {
    for (const part of closed.splice(0)) part.open = false;
  });
  // the picture first, then the twenty megabytes of a large fleet
  requestAnimationFrame(() =>
    setTimeout(() => {
      start();
      route();
    }),
  );
});
