// Search page: the hits of the query in the address, by kind, each with the passage that has its words marked. All data
// is inserted as text, never as HTML.
"use strict";

const FIRST = 8; // of the kind with the best hit
const OTHERS = 4; // of each other kind
const MORE = 20;
const WIDTH = 220;

const results = document.getElementById("results");
const found = document.getElementById("found");
const notes = document.getElementById("notes");
const help = document.getElementById("help");
const query = (new URLSearchParams(location.search).get("q") ?? "").trim();
const [one, many, none, partly, inexact, common, failed, loading, more] = results.dataset.labels.split("|");
const make = (name, properties = {}, ...inside) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...inside);
  return made;
};

// A text with the words found in it marked; of a long one the stretch that has most of them.
const passage = (content, terms, width = Infinity) => {
  const spans = search.marked(content, terms);
  const hits = spans.filter((span) => span.hit);
  let [start, end] = [0, content.length];
  if (content.length > width) {
    const within = (first) => hits.filter((span) => span.start >= first.start && span.end <= first.start + width * 0.6).length;
    const first = hits.reduce((best, span) => (within(span) > within(best) ? span : best), hits[0] ?? { start: 0, end: 0 });
    start = Math.max(0, first.start - width * 0.3);
    start = start ? spans.find((span) => span.start >= start)?.start ?? 0 : 0;
    end = spans.findLast((span) => span.end <= start + width)?.end ?? content.length;
    if (content.length - end < 3) end = content.length;
  }
  const pieces = [start ? "… " : ""];
  let at = start;
  for (const span of hits.filter((each) => each.start >= start && each.end <= end)) {
    pieces.push(content.slice(at, span.start), make("mark", { textContent: content.slice(span.start, span.end) }));
    at = span.end;
  }
  return [...pieces, content.slice(at, end), end < content.length ? " …" : ""].filter((piece) => piece !== "");
};

const item = async (hit, answer) => {
  const { path, title, note, lang, passage: best } = await search.shown(hit, answer.labels);
  const link = make("a", { className: "row-title", href: path }, ...passage(title, answer.terms));
  if (lang) link.lang = lang;
  const made = make("li", {}, make("div", { className: "row-main" }, link));
  if (note) made.firstChild.append(make("p", { className: "row-note" }, ...passage(note, answer.terms)));
  if (best) {
    const shown = make("span", {}, ...passage(best.text, answer.terms, WIDTH));
    if (best.lang) shown.lang = best.lang;
    made.firstChild.append(make("p", { className: "passage" }, ...(best.label ? [make("span", { className: "fine", textContent: `${best.label}: ` })] : []), shown));
  }
  return made;
};

const section = async ([name, heading], hits, answer, first) => {
  const list = make("ul", { className: "rows" });
  const button = make("button", { type: "button", textContent: more });
  const grow = async () => {
    const from = list.children.length;
    list.append(...await Promise.all(hits.slice(from, from ? from + MORE : first).map((hit) => item(hit, answer))));
    button.hidden = list.children.length >= hits.length;
    return list.children[from];
  };
  button.addEventListener("click", async () => (await grow()).querySelector("a").focus());
  await grow();
  const title = make("h2", { id: `of-${name}` }, `${heading} `, make("span", { className: "count", textContent: new Intl.NumberFormat(document.documentElement.lang).format(hits.length) }));
  const made = make("section", {}, title, list, button);
  made.setAttribute("aria-labelledby", title.id);
  return made;
};

const show = async () => {
  found.textContent = loading;
  const answer = await search.find(query);
  const bounds = [...answer.kinds.slice(1).map(([, , first]) => first), Infinity];
  const kinds = answer.kinds
    .map((kind, n) => [kind, answer.hits.filter((hit) => hit.entry >= kind[2] && hit.entry < bounds[n])])
    .filter(([, hits]) => hits.length)
    .sort(([, a], [, b]) => b[0].score - a[0].score);
  const told = [
    ...answer.common.map((word) => common.replace("{word}", () => word)),
    ...answer.inexact.map((word) => inexact.replace("{word}", () => word)),
    ...(answer.partly ? [partly] : []),
  ];
  const sections = await Promise.all(kinds.map(([kind, hits], n) => section(kind, hits, answer, n ? OTHERS : FIRST)));
  const total = answer.hits.length;
  const sentence = total ? (total === 1 ? one : many) : none;
  found.textContent = sentence.replace("{n}", new Intl.NumberFormat(document.documentElement.lang).format(total)).replace("{q}", () => query);
  notes.replaceChildren(...told.map((line) => make("p", { textContent: line })));
  results.replaceChildren(...sections);
  help.hidden = total > 0;
};

document.getElementById("q").value = query;
if (query) {
  document.title = `${query} – ${document.title}`;
  show().catch(() => { found.textContent = failed; });
}
