// List of projects: filters with counts, words found by search.js, download of the matches. Names and rows come in
// scripts that call hankelodRows; all data is inserted as text, never as HTML.
"use strict";

const form = document.getElementById("filters");
const LEVELS = form ? [...form.querySelectorAll("select[data-level]")].map((select) => select.name) : [];
const FIELDS = form ? [...LEVELS, ...["theme", "year", "organisation"].filter((f) => form.elements[f])] : [];
const SIZE = 50;
const [ID, TITLE, ACRONYM, LEAD, OTHERS, AREAS, THEMES, START, END, COST, GRANTS, SUMMARY, YEARS, NOTES, MONEY, SHARE] = Array(16).keys();

let names = null;
let rows = [];
let awaited = 0;
let shown = SIZE;
let ready = () => {};

window.hankelodRows = (part, content) => {
  if (part === 0) {
    names = content;
    awaited = content.parts;
    for (let n = 1; n <= content.parts; n++) load(form.dataset.rows.replace(/\.js$/, `-${n}.js`));
    if (!content.parts) ready();
  } else {
    rows[part] = content;
    if (!--awaited) ready();
  }
};

const load = (address) => {
  const script = document.createElement("script");
  script.src = address;
  document.head.append(script);
};
const make = (name, properties = {}, ...inside) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...inside);
  return made;
};

if (form) {
  const [one, many, none, loading, more, any] = form.dataset.labels.split("|");
  const language = document.documentElement.lang;
  const found = document.getElementById("found");
  const results = document.getElementById("results");
  const pages = document.getElementById("pages");
  const downloads = document.getElementById("downloads");
  const number = new Intl.NumberFormat(language);
  const collator = new Intl.Collator(language);
  const values = {
    ...Object.fromEntries(LEVELS.map((level, n) => [level, (row) => row[AREAS][n]])),
    theme: (row) => row[THEMES],
    organisation: (row) => row[LEAD] ? [row[LEAD], ...row[OTHERS]] : row[OTHERS],
    year: (row) => {
      const years = [];
      for (let [y, last] = row[YEARS]; y <= last; y++) years.push(String(y));
      return years;
    },
  };
  const lists = () => ({ ...names.areas, theme: names.themes, organisation: names.organisations });

  let everything = [];
  let worded = { q: "", rows: null }; // the rows that the words of a query find; null: all

  const chosen = () => Object.fromEntries(new FormData(form));
  const find = async (given) => {
    const q = (given.q ?? "").trim();
    if (q === worded.q) return true;
    // projects are the first entries of the index, in the order of the rows
    const answer = q ? await search.find(q) : null;
    const asked = (chosen().q ?? "").trim() === q;
    if (!asked) return false;
    const some = answer?.partly ? [] : answer?.hits.map((hit) => everything[hit.entry]); // a filter asks for all words
    worded = { q, rows: answer && answer.words.length > answer.common.length ? new Set(some) : null };
    return true;
  };
  const matching = (given) => {
    // one pass: a row rejected by a single filter still counts among the choices of that filter
    const counts = Object.fromEntries(FIELDS.map((f) => [f, new Map()]));
    const some = [];
    for (const row of everything) {
      if (worded.rows && !worded.rows.has(row)) continue;
      const missed = FIELDS.filter((f) => given[f] && !values[f](row).includes(given[f]));
      if (missed.length > 1) continue;
      for (const f of missed.length ? missed : FIELDS) for (const v of values[f](row)) counts[f].set(v, (counts[f].get(v) ?? 0) + 1);
      if (!missed.length) some.push(row);
    }
    return [some, counts];
  };
  const fill = (field, given, counts) => {
    if (given[field] && !counts.has(given[field])) counts.set(given[field], 0);
    const label = (v) => lists()[field]?.[v] ?? v;
    // a choice that every project has narrows nothing
    const narrows = (v) => v === given[field] || counts.get(v) < everything.length || everything.length < 2;
    const order = [...counts.keys()].filter(narrows).sort((a, b) => collator.compare(label(a), label(b)));
    const select = form.elements[field];
    select.replaceChildren(make("option", { value: "", textContent: any }),
      ...order.map((v) => make("option", { value: v, textContent: `${label(v)} (${number.format(counts.get(v))})`, selected: v === given[field] })));
  };
  // amounts of different currencies are not compared: one currency follows the other, what is not known comes last
  const compared = (a, b) => !a || !b ? !a - !b : a[0] === b[0] ? b[1] - a[1] : a[0] < b[0] ? -1 : 1;
  const sorted = (some, order) => {
    if (order === "title") return [...some].sort((a, b) => collator.compare(a[TITLE], b[TITLE]));
    if (order === "grant") return [...some].sort((a, b) => compared(a[GRANTS][0], b[GRANTS][0]));
    return some;
  };
  const item = (row) => {
    const made = make("li", {},
      make("div", { className: "row-main" },
        make("a", { className: "row-title", href: `doc/project/${encodeURIComponent(row[ID])}.html`, textContent: row[TITLE] }),
        make("p", { className: "row-note", textContent: row[NOTES].join(" · ") })));
    if (row[MONEY]) made.append(make("p", { className: "row-money" },
      make("strong", { textContent: row[MONEY] }),
      ...(row[SHARE] ? [make("span", { className: "row-share", textContent: row[SHARE] })] : [])));
    return made;
  };

  const draw = async () => {
    const given = chosen();
    if (!await find(given)) return; // typed on meanwhile
    const [matched, counts] = matching(given);
    const some = sorted(matched, given.order);
    for (const field of FIELDS) fill(field, given, counts[field]);
    found.textContent = some.length ? (some.length === 1 ? one : many).replace("{n}", number.format(some.length)) : none;
    results.replaceChildren(make("ul", { className: "rows" }, ...some.slice(0, shown).map(item)));
    pages.replaceChildren();
    if (some.length > shown) {
      const button = make("button", { type: "button", textContent: more });
      button.addEventListener("click", async () => {
        shown += SIZE;
        await draw();
        results.querySelectorAll("a")[shown - SIZE]?.focus();
      });
      pages.append(button);
    }
    downloads.hidden = !some.length;
    const query = new URLSearchParams(Object.entries(given).filter(([, v]) => v)).toString();
    try { history.replaceState(null, "", query ? `?${query}` : location.pathname); } catch { /* page opened from a file */ }
  };

  ready = () => {
    everything = rows.flat();
    draw();
  };

  const record = (row) => ({
    id: names.base + "project/" + row[ID],
    title: row[TITLE],
    lead: row[LEAD] ? names.organisations[row[LEAD]] : names.private,
    organisations: row[OTHERS].map((o) => names.organisations[o]),
    ...Object.fromEntries(names.levels.flatMap(([level, key], n) => [
      [key, row[AREAS][n].map((a) => names.areas[level][a])],
      [`${level}Codes`, row[AREAS][n]],
    ])),
    themes: row[THEMES].map((t) => names.themes[t]),
    start: row[START],
    end: row[END],
    totalCost: row[COST].map((pair) => pair[1]).join(),
    totalCostCurrency: row[COST].map((pair) => pair[0]).join(),
    grant: row[GRANTS].length === 1 ? row[GRANTS][0][1] : row[GRANTS].map((pair) => pair.join(" ")),
    grantCurrency: row[GRANTS].length === 1 ? row[GRANTS][0][0] : "",
    summary: row[SUMMARY],
  });
  const cell = (value) => {
    const text = Array.isArray(value) ? value.join("; ") : value;
    const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text; // else a spreadsheet would evaluate a formula
    return /[",\r\n;]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  downloads.addEventListener("click", (event) => {
    const format = event.target.dataset.format;
    if (!format) return;
    const given = chosen();
    const records = sorted(matching(given)[0], given.order).map(record);
    const keys = Object.keys(records[0]);
    const text = format === "json" ? JSON.stringify(records, null, 2) + "\n"
      : [keys.join(","), ...records.map((r) => keys.map((k) => cell(r[k])).join(","))].join("\r\n") + "\r\n";
    const address = URL.createObjectURL(new Blob([text], { type: format === "json" ? "application/json" : "text/csv" }));
    make("a", { href: address, download: `projects.${format}` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  });

  let waiting;
  form.addEventListener("input", () => {
    shown = SIZE;
    clearTimeout(waiting);
    waiting = setTimeout(draw, 80);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => {
    for (const field of FIELDS) form.elements[field].value = "";
    draw();
  }));

  const asked = new URLSearchParams(location.search);
  form.elements.q.value = asked.get("q") ?? "";
  form.elements.order.value = asked.get("order") ?? "";
  for (const field of FIELDS) {
    const value = asked.get(field);
    form.elements[field].replaceChildren(make("option", { value: "", textContent: any }),
      ...(value ? [make("option", { value, textContent: value, selected: true })] : []));
  }
  form.hidden = false;
  if (asked.size) found.textContent = loading;
  load(form.dataset.rows);
}
