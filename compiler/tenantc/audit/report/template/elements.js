"use strict";
// texts and elements, and the report that they are made of
const PAGE = 50,
  FEW = 8;
const BAD = ["fail", "missing", "error"];
const WORDS = {
  fail: "failing",
  missing: "a fact is missing",
  error: "not to be judged",
  waived: "waived",
  attested: "attested",
  vacuous: "over nothing",
  pass: "enforced",
  not_applicable: "not for the tenant",
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
  element.append(
    ...children
      .flat(Infinity)
      .filter((one) => one !== "" && one != null)
      .map((one) => (one instanceof Node ? one : shown(one))),
  );
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
      Object.fromEntries(Object.entries(found).flatMap(([one, rules]) => rules.map((rule) => [rule, one]))),
    );
    report.haystacks = report.verdicts.map((found) => [...BAD, "waived"].flatMap((one) => found[one] || []).join(" "));
    report.states = report.frameworks.map((one) => new Map(one.rows.map((row) => [row.verdicts, row.states])));
  }
  return report;
}
const found = (tenant) => data().verdicts[tenant.verdicts] || {};
const broken = (tenant, rule) => BAD.some((one) => (found(tenant)[one] || []).includes(rule));
const meets = (tenant, framework) => framework.id === "house" || tenant.frameworks.includes(framework.id);
const hash = (tenant) => ({tenant: tenant.id, in: tenant.environment});
