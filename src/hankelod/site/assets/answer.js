// Display of a query result: a table, and a chart or map if it has numbers or areas. Data is inserted as text, never as
// HTML; links lead to pages of the site, or to http and https addresses.
"use strict";

window.hankelodAnswer = (settings, up, root) => {
  const { texts, base, prefixes } = settings;
  const SVG = "http://www.w3.org/2000/svg";
  const XSD = "http://www.w3.org/2001/XMLSchema#";
  const NUMBERS = new Set(["integer", "decimal", "double", "float", "int", "long", "nonNegativeInteger"].map((n) => XSD + n));
  const PAGE = 200, BARS = 50, STEPS = 5;
  const shown = document.getElementById("shown");
  const views = document.getElementById("views");
  const downloads = document.getElementById("downloads");
  const language = document.documentElement.lang;

  const make = (name, properties = {}, ...inside) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(properties)) key in made ? made[key] = value : made.setAttribute(key, value);
    made.append(...inside);
    return made;
  };
  const draw = (name, attributes = {}, ...inside) => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...inside);
    return made;
  };
  const say = (key, values = {}) => texts[key].replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

  // Format a number for the language of the page, without losing digits.
  const number = (text) => {
    const [, sign, whole, decimals] = text.match(/^([+-]?)(\d+)(?:\.(\d+))?$/) ?? [];
    if (whole === undefined) return text;
    const grouped = whole.replace(/\B(?=(\d{3})+$)/g, language === "en" ? "," : "\u00a0");
    return (sign === "-" ? "\u2212" : "") + grouped + (decimals ? (language === "en" ? "." : ",") + decimals : "");
  };
  const isNumber = (found) => found?.[0] === "l" && NUMBERS.has(found[3]) && Number.isFinite(Number(found[1]));

  // Short form of an IRI, and the target of its link: a page of the site, else the IRI itself.
  const short = (iri) => {
    const [name, namespace] = Object.entries(prefixes).filter(([n, ns]) => n && iri.startsWith(ns)).sort((a, b) => b[1].length - a[1].length)[0] ?? [];
    if (namespace && /^[\w-]+$/.test(iri.slice(namespace.length))) return `${name}:${iri.slice(namespace.length)}`;
    return iri.startsWith(`${base}id/`) ? iri.slice(base.length + 3) : iri;
  };
  const leads = (iri) => {
    if (iri.startsWith(`${base}id/`)) {
      const steps = iri.slice(base.length + 3).split("/");
      if (steps.every((s) => /^[a-z0-9-]+$/.test(s)) && steps.length > 1) {
        const page = steps.slice(0, steps[0] === "concept" ? 3 : 2).join("/");
        return `${up}doc/${page}.html${steps[2] === "call" ? `#call-${steps[3]}` : ""}`;
      }
    }
    const own = prefixes.hanke;
    if (own && iri.startsWith(own) && /^\w+$/.test(iri.slice(own.length))) return `${up}def.html#${iri.slice(own.length)}`;
    try {
      const address = new URL(iri);
      return ["http:", "https:"].includes(address.protocol) ? address.href : null;
    } catch {
      return null;
    }
  };
  const text = (found) => !found ? "" : found[0] === "u" ? short(found[1]) : found[0] === "b" ? `_:${found[1]}` : isNumber(found) ? number(found[1]) : found[1];
  const cell = (found) => {
    if (!found) return make("td", {}, make("span", { className: "unseen", textContent: texts.unbound }));
    const made = make("td", { className: isNumber(found) ? "number" : "" });
    const to = found[0] === "u" && leads(found[1]);
    if (to) made.append(make("a", { href: to, textContent: text(found), title: found[1], ...(to.startsWith("http") ? { rel: "external" } : {}) }));
    else made.textContent = text(found);
    if (found[2] && found[2] !== language && /^[a-z]{2,3}(-[a-z0-9]+)*$/i.test(found[2])) made.lang = found[2];
    return made;
  };

  /* Views possible for a result */

  const columns = (result) => result.names.map((name, n) => {
    const values = result.rows.map((row) => row[n]).filter(Boolean);
    return {
      name, n,
      numbers: values.length > 0 && values.every(isNumber),
      words: values.some((v) => v[0] === "l" && !isNumber(v)),
      tagged: values.some((v) => v[2]),
      areas: values.some((v) => v[0] === "u" && areaOf(v)),
    };
  });
  const areaOf = (found) => {
    const [segment, path] = (found?.[0] === "u" && found[1].match(/\/id\/(([a-z0-9-]+)\/[a-z0-9-]+)$/)?.slice(1).reverse()) || [];
    return segment && settings.segments?.includes(segment) ? path : undefined;
  };
  const labels = (some) => some.find((c) => c.tagged) ?? some.find((c) => c.words) ?? some.find((c) => !c.numbers);

  /* Table, chart and map */

  const table = (result) => {
    const body = make("tbody");
    const some = columns(result);
    const whole = make("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": texts.table },
      make("table", {}, make("thead", {}, make("tr", {}, ...some.map((c) => make("th", { scope: "col", className: c.numbers ? "number" : "", textContent: c.name })))), body));
    let at = 0;
    const button = make("button", { type: "button", textContent: texts.more });
    const add = () => {
      body.append(...result.rows.slice(at, at + PAGE).map((row) => make("tr", {}, ...row.map(cell))));
      at += PAGE;
      button.hidden = at >= result.rows.length;
    };
    button.addEventListener("click", add);
    add();
    return [whole, make("p", {}, button)];
  };

  const chooser = (some, chosen, change) => {
    if (some.length < 2) return [];
    const select = make("select", { id: "charted" }, ...some.map((c) => make("option", { value: c.n, textContent: c.name, selected: c === chosen })));
    select.addEventListener("change", () => change(some.find((c) => c.n === Number(select.value)), true));
    return [make("p", { className: "field narrow" }, make("label", { htmlFor: "charted", textContent: texts.value }), select)];
  };

  const chart = (result, some, column) => {
    const label = labels(some.filter((c) => c !== column));
    const rows = result.rows.filter((row) => row[column.n]).slice(0, BARS);
    const most = Math.max(...rows.map((row) => Math.abs(Number(row[column.n][1]))), 0) || 1;
    const bar = (row) => {
      const length = Math.abs(Number(row[column.n][1])) / most * 1000;
      const head = label ? cell(row[label.n]) : make("td");
      return make("tr", {}, make("th", { scope: "row", ...(head.lang ? { lang: head.lang } : {}) }, ...head.childNodes),
        make("td", { className: "bar" }, draw("svg", { viewBox: "0 0 1000 20", preserveAspectRatio: "none", "aria-hidden": "true" }, draw("rect", { width: length.toFixed(1), height: 20 }))),
        make("td", { className: "number", textContent: number(row[column.n][1]) }));
    };
    const caption = say("chart-of", { value: column.name }) + (result.rows.length > BARS ? `. ${say("chart-first", { n: BARS })}` : "");
    return make("div", { className: "bars" }, make("table", {}, make("caption", { textContent: caption }),
      make("tbody", {}, ...rows.map(bar))));
  };

  let atlas = null;
  const withAtlas = (then) => {
    if (atlas) return void then();
    window.hankelodAreas = (found) => { atlas = found; then(); };
    document.head.append(make("script", { src: root + settings.areas }));
  };
  const map = (result, some, column, place) => {
    const area = some.find((c) => c.areas);
    const label = labels(some.filter((c) => c.words && c !== area));
    const sums = new Map(), names = new Map();
    for (const row of result.rows) {
      const found = areaOf(row[area.n]);
      if (!found || !atlas.areas[found]) continue;
      sums.set(found, (sums.get(found) ?? 0) + (column ? Number(row[column.n]?.[1] ?? 0) : 1));
      if (label && row[label.n]) names.set(found, row[label.n][1]);
    }
    const ordered = [...new Set(sums.values())].sort((a, b) => a - b);
    const step = (value) => ordered.length < 2 ? STEPS : 1 + Math.floor(ordered.indexOf(value) / ordered.length * STEPS);
    const told = (value) => number(String(Math.round(value * 100) / 100));
    const value = column?.name ?? texts["map-count"];
    const shape = ([code, sum]) => {
      const [outline, x, y, wide] = atlas.areas[code];
      const title = `${settings.names?.[code.split("/")[0]]?.[code.split("/")[1]] ?? names.get(code) ?? code}: ${told(sum)}`;
      const spot = !wide ? [draw("circle", { cx: x, cy: y, r: 34 })] : [];
      return draw("a", { href: `${up}doc/${code}.html`, class: `step-${step(sum)}`, "aria-label": title },
        Object.assign(draw("title"), { textContent: title }), draw("path", { d: outline }), ...spot);
    };
    const drawn = [...sums].sort(([a], [b]) => atlas.areas[b][3] - atlas.areas[a][3]);
    const caption = say("map-of", { value, n: sums.size });
    const key = [...Array(STEPS).keys()].map((s) => ordered.filter((v) => step(v) === s + 1)).map((values, s) => [values, s + 1]).filter(([values]) => values.length);
    place.replaceChildren(make("figure", { className: "answer-map" },
      draw("svg", { viewBox: `0 0 ${atlas.width} ${atlas.height}`, role: "group", "aria-label": caption },
        draw("path", { class: "land", d: atlas.land }), ...drawn.map(shape), draw("path", { class: "borders", d: atlas.land })),
      make("figcaption", {}, make("p", { textContent: caption }), make("ul", { className: "legend" }, ...key.map(([values, s]) => make("li", {},
        draw("svg", { viewBox: "0 0 20 20", "aria-hidden": "true" }, draw("rect", { class: `step-${s}`, width: 20, height: 20 })),
        ` ${told(values[0])}${values.length > 1 ? `–${told(values.at(-1))}` : ""}`))))));
  };

  /* Files */

  const save = (name, type, content) => {
    const address = URL.createObjectURL(new Blob([content], { type }));
    make("a", { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  };
  const csvCell = (found) => {
    const plain = !found ? "" : found[0] === "b" ? `_:${found[1]}` : found[1];
    const safe = /^[=+\-@\t\r]/.test(plain) && !isNumber(found) ? `'${plain}` : plain; // else a spreadsheet would evaluate a formula
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const csv = (result) => [result.names.join(","), ...result.rows.map((row) => row.map(csvCell).join(","))].join("\r\n") + "\r\n";
  const json = (result) => JSON.stringify({
    head: { vars: result.names },
    results: { bindings: result.rows.map((row) => Object.fromEntries(row.flatMap((found, n) => found ? [[result.names[n], {
      type: { u: "uri", b: "bnode", l: "literal" }[found[0]], value: found[1],
      ...(found[2] ? { "xml:lang": found[2] } : found[0] === "l" && found[3] !== `${XSD}string` && found[3] ? { datatype: found[3] } : {}),
    }]] : []))) },
  }, null, 1) + "\n";
  const offer = (...files) => {
    downloads.hidden = !files.length;
    downloads.querySelector("span").replaceChildren(...files.flatMap(([label, name, type, content]) => {
      const button = make("button", { type: "button", className: "link", textContent: label });
      button.addEventListener("click", () => save(name, type, content()));
      return [button, " "];
    }));
  };

  const ways = (some) => {
    views.hidden = some.length < 2;
    const buttons = some.map(([key, show]) => {
      const button = make("button", { type: "button", textContent: texts[key], "aria-pressed": "false" });
      button.addEventListener("click", () => press(button, show));
      return button;
    });
    const press = (button, show) => {
      for (const each of buttons) each.setAttribute("aria-pressed", String(each === button));
      show();
    };
    views.replaceChildren(...buttons);
    some[0]?.[1]();
    buttons[0]?.setAttribute("aria-pressed", "true");
  };

  return {
    number,
    show(result, name) {
      if (result.kind === "boolean") {
        ways([]);
        offer();
        return void shown.replaceChildren(make("p", { className: "lead", textContent: result.value ? texts.true : texts.false }));
      }
      if (result.kind === "triples") {
        offer(["N-Triples", `${name}.nt`, "application/n-triples", () => result.text]);
        return void ways([["table", () => shown.replaceChildren(...table({ ...result, names: [texts.subject, texts.property, texts.object] }))]]);
      }
      const some = columns(result);
      const numbers = some.filter((c) => c.numbers);
      const first = numbers[0];
      offer(["CSV", `${name}.csv`, "text/csv", () => csv(result)], ["JSON", `${name}.srj`, "application/sparql-results+json", () => json(result)]);
      const again = (show) => function redraw(column, focus) {
        const place = make("div");
        shown.replaceChildren(...chooser(numbers, column, redraw), place);
        if (focus) document.getElementById("charted").focus();
        show(column, place);
      };
      const charts = again((column, place) => place.replaceChildren(chart(result, some, column)));
      const maps = again((column, place) => withAtlas(() => map(result, some, column, place)));
      ways([
        ["table", () => shown.replaceChildren(...table(result))],
        ...(first && result.rows.length > 1 ? [["chart", () => charts(first)]] : []),
        ...(some.some((c) => c.areas) ? [["map", () => maps(first)]] : []),
      ]);
    },
  };
};
