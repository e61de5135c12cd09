// SPARQL page: named queries and their parameters, the editor, running and cancelling, links to queries.
"use strict";

const ask = document.getElementById("ask");
if (ask && location.protocol === "file:") {
  document.getElementById("from-file").hidden = false;
  window.hankelodNames = () => {};
} else if (ask) {
  const settings = JSON.parse(document.getElementById("sparql-data").textContent);
  const { root, up } = ask.dataset;
  const { texts, queries } = settings;
  const part = (id) => document.getElementById(id);
  const [named, told, parameters, editor, lines, run, cancel, share, status, fault, answer] =
    ["named", "query-told", "parameters", "query", "lines", "run", "cancel", "share", "status", "fault", "answer"].map(part);
  const make = (name, properties = {}, ...inside) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...inside);
    return made;
  };
  const shown = window.hankelodAnswer(settings, up, root);
  const engine = window.hankelodEngine(root, settings, (text) => { status.textContent = text; });
  const FIRST = "grants-by-region", LONG = 4000, HIGH = 30;

  window.hankelodNames = (found) => { settings.names = found; suggest(); };

  /* The editor */

  const number = (wrong = 0) => {
    const count = editor.value.split("\n").length;
    editor.rows = Math.min(Math.max(count + 1, 8), HIGH);
    lines.replaceChildren(...Array.from({ length: count }, (_, n) => make("span", { textContent: n + 1, className: n + 1 === wrong ? "wrong" : "" })));
    lines.scrollTop = editor.scrollTop;
  };
  const offset = (line, column) => {
    const all = editor.value.split("\n");
    const before = all.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
    return Math.min(before + [...(all[line - 1] ?? "")].slice(0, column - 1).join("").length, editor.value.length);
  };
  editor.addEventListener("scroll", () => { lines.scrollTop = editor.scrollTop; });
  editor.addEventListener("input", () => { number(); fill(); });
  editor.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      ask.requestSubmit();
    }
  });

  /* Named queries and their parameters: a parameter is the value bound by VALUES $name { … } in the text */

  const KINDS = { text: /^[^\x00-\x1f\x7f]*$/, number: /^-?\d{1,30}(\.\d{1,30})?$/, month: /^\d{4}-(0[1-9]|1[0-2])$/, language: /^[a-z]{2,3}(-[A-Za-z0-9]{1,8}){0,5}$/ };
  const THING = /^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$/;
  const place = (name) => new RegExp(`(\\bVALUES\\s+\\$${name}\\s*\\{)([^{}]*)(\\})`, "i");
  const read = ({ name, kind }) => {
    const found = editor.value.match(place(name))?.[2].trim();
    if (found === undefined) return null;
    return found === "UNDEF" ? "" : found.replace(/^[<"]|[>"]$/g, "").replace(`id/${kind}/`, "").replace(/\\(.)/g, "$1");
  };
  const write = ({ name, kind }, value) => {
    const plain = value.trim();
    const id = plain.replace(`${settings.base}id/${kind}/`, "");
    let written = "UNDEF";
    if (plain && KINDS[kind]) {
      if (!KINDS[kind].test(plain) || /\\u/i.test(plain)) return false;
      written = kind === "number" ? plain : `"${plain.replace(/["\\]/g, "\\$&")}"`;
    } else if (plain) {
      if (!THING.test(id)) return false;
      written = `<id/${kind}/${id}>`;
    }
    editor.value = editor.value.replace(place(name), (_, opens, inside, closes) => `${opens} ${written} ${closes}`);
    number();
    return true;
  };
  const given = () => (queries[named.value]?.parameters ?? []);
  const input = ({ name }) => parameters.querySelector(`#parameter-${name}`);
  const fill = () => {
    for (const parameter of given()) {
      const field = input(parameter), value = read(parameter);
      field.disabled = value === null;
      part(`${field.id}-told`).textContent = value === null ? texts["parameter-gone"].replace("{name}", parameter.name) : "";
      field.removeAttribute("aria-invalid");
      if (value !== null && document.activeElement !== field) field.value = value;
    }
  };
  const suggest = () => {
    for (const { name, kind } of given()) {
      const some = settings.names?.[kind];
      if (!some) continue;
      const list = make("datalist", { id: `names-${name}` }, ...Object.entries(some).map(([id, label]) => make("option", { value: id, label })));
      input({ name }).setAttribute("list", list.id);
      input({ name }).after(list);
    }
  };
  const fields = () => {
    const query = queries[named.value];
    told.textContent = query?.description ?? "";
    parameters.replaceChildren(...given().map((parameter) => {
      const id = `parameter-${parameter.name}`;
      const field = make("input", { id, type: "text", autocomplete: "off", spellcheck: false });
      const wrong = make("span", { id: `${id}-told`, className: "fine" });
      field.setAttribute("aria-describedby", wrong.id);
      field.addEventListener("input", () => {
        const right = write(parameter, field.value);
        field.toggleAttribute("aria-invalid", !right);
        if (!right) field.setAttribute("aria-invalid", "true");
        wrong.textContent = right ? "" : texts["parameter-wrong"].replace("{value}", field.value);
      });
      return make("div", { className: "field" }, make("label", { htmlFor: id, textContent: parameter.label }), field, wrong);
    }));
    suggest();
  };
  const choose = (name, values = {}) => {
    named.value = queries[name] ? name : "";
    if (queries[name]) editor.value = queries[name].text;
    fields();
    for (const parameter of given()) {
      const value = values[parameter.name] ?? (parameter.kind === "language" ? document.documentElement.lang : null);
      if (value !== null) write(parameter, value);
    }
    number();
    fill();
  };
  named.addEventListener("change", () => choose(named.value));

  /* Links: the query is in the fragment, which is not sent to any server */

  const isNamed = () => {
    const query = queries[named.value];
    if (!query) return false;
    const without = (text) => query.parameters.reduce((left, { name }) => left.replace(place(name), "$1$3"), text).trim();
    return without(query.text) === without(editor.value);
  };
  const fragment = () => {
    const pairs = isNamed() ? [["name", named.value], ...given().map((p) => [p.name, read(p) ?? ""])] : [["query", editor.value.trim()]];
    return `#${pairs.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join("&")}`;
  };
  const remember = () => {
    try { history.replaceState(null, "", fragment()); } catch { /* too long for the browser */ }
  };
  const recall = () => {
    const asked = new URLSearchParams(location.hash.slice(1).replaceAll("+", "%2B"));
    if (asked.has("query")) {
      choose("");
      editor.value = `${asked.get("query").trim()}\n`;
      number();
    } else {
      const { name, ...values } = Object.fromEntries(asked);
      choose(Object.hasOwn(queries, name ?? "") ? name : FIRST in queries ? FIRST : Object.keys(queries)[0] ?? "", values);
    }
  };
  share.addEventListener("click", async () => {
    remember();
    const address = location.href.replace(/#.*|$/, fragment());
    try {
      await navigator.clipboard.writeText(address);
      status.textContent = texts.shared + (address.length > LONG ? ` ${texts["share-long"]}` : "");
    } catch {
      status.textContent = address;
    }
  });
  addEventListener("hashchange", () => {
    recall();
    named.focus(); // the link to a query may be far below the editor
  });

  /* Running */

  const busy = (is) => {
    run.disabled = is;
    cancel.hidden = !is;
    ask.setAttribute("aria-busy", String(is));
  };
  const rows = (n) => n === 0 ? texts["rows-none"] : texts[n === 1 ? "rows-one" : "rows-many"].replace("{n}", shown.number(String(n)));
  const summary = (result) => {
    if (result.kind === "boolean") return result.value ? texts.true : texts.false;
    const count = result.kind === "triples" ? texts.triples.replace("{n}", shown.number(String(result.total))) : rows(result.total);
    const first = result.total > result.rows.length ? `, ${texts["rows-first"].replace("{n}", shown.number(String(result.rows.length)))}` : "";
    return count + first;
  };
  const tellFault = (error) => {
    answer.hidden = true;
    number(error.line);
    const told = error.line ? [`${texts.error.replace("{line}", error.line).replace("{column}", error.column)} `, make("span", { lang: "en", textContent: error.told })] : [error.message];
    const said = [make("p", {}, ...told)];
    if (error.line) {
      const button = make("button", { type: "button", textContent: texts["to-line"] });
      button.addEventListener("click", () => {
        const at = offset(error.line, error.column);
        editor.focus();
        editor.setSelectionRange(at, Math.min(at + 1, editor.value.length));
      });
      said.push(button);
    }
    fault.replaceChildren(make("div", { className: "notice" }, ...said));
  };
  ask.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (run.disabled) return;
    busy(true);
    fault.replaceChildren();
    number();
    remember();
    try {
      const result = await engine.query(editor.value);
      status.textContent = `${summary(result)} (${Math.max(1, Math.round(result.took))} ms)`;
      answer.hidden = false;
      shown.show(result, isNamed() ? named.value : "query");
    } catch (error) {
      status.textContent = error.cancelled ? error.message : "";
      if (!error.cancelled) tellFault(error);
    }
    busy(false);
  });
  cancel.addEventListener("click", () => {
    engine.stop();
    run.disabled = false;
    run.focus();
  });

  ask.hidden = false;
  recall();
}
