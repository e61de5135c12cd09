// Contribution page: a form made of the plan, the verdict on what is in it, and the record as YAML. Nothing is sent
// anywhere; a draft is kept in the browser alone.
"use strict";

const whole = document.getElementById("contribute");
if (whole) {
  const plan = JSON.parse(document.getElementById("plan").textContent);
  const { texts } = plan;
  const root = whole.dataset.root;
  const part = (id) => document.getElementById(id);
  const form = part("form"), status = part("record-status"), faultList = part("faults"), files = part("files"), steps = part("steps");
  const say = (key, values = {}) => texts[key].replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
  const verdict = window.hankelodVerdict(plan), yaml = window.hankelodYaml, suggest = window.hankelodSuggest(plan, verdict.inForm);
  const ADDRESS = 7000, PAUSE = 900;
  const main = plan.classes[plan.class];
  const names = {}, fresh = {}; // by segment and id; fresh are those of new records
  let meant = {}, taken = new Set(), withdrawn = new Set();
  let conditions = null, unchecked = plan.engine ? "" : texts["no-engine"], loading = null, failed = "", asked = false;
  let strict = false; // also show problems of fields not edited yet
  let step = 0, original = null, waiting, pause;

  /* A correction: the record comes in the address, behind the number sign, so that it reaches no server */

  const correction = (() => {
    const given = new URLSearchParams(location.hash.slice(1)).get("record");
    try { return given && JSON.parse(given); } catch { return null; }
  })();
  const DRAFT = `hankelod-draft ${plan.base}${correction ? ` ${correction.id}` : ""}`;
  const cls = plan.classes[correction?.class] ?? main;

  const build = window.hankelodFields({ plan, names, fresh, say, changed: () => later() });
  const { make, slug } = build;
  const first = (text) => typeof text === "object" ? plan.order.map((code) => text[code]).find(Boolean) ?? Object.values(text)[0] : text;
  const shownFirst = (text) => text?.[document.documentElement.lang] ?? (text ? first(text) : "");
  const title = (class_, values) => shownFirst(class_.fields.filter((f) => f.kind === "langtext").map((f) => values[f.key]).find(Boolean));
  const named = (class_, values) => first(class_.fields.filter((f) => f.kind === "langtext").map((f) => values[f.key]).find(Boolean) ?? "");

  // The id of a part: its own, else derived from its first text, else kind and number, so that parts inserted later do
  // not change it.
  const partId = (class_, value, n, used) => {
    const field = class_.fields.find((f) => (f.kind === "langtext" || f.kind === "text") && value[f.key] && !f.pattern && !class_.pointing.includes(f.key));
    const wanted = (field && slug(first(value[field.key]), 3)) || `${class_.segment}-${n + 1}`;
    let id = wanted;
    for (let again = 2; used.has(id); again++) id = `${wanted}-${again}`;
    used.add(id);
    return id;
  };
  const withIds = (class_, values) => Object.fromEntries(Object.entries(values).map(([key, value]) => {
    const field = class_.fields.find((f) => f.key === key);
    if (field?.kind !== "part") return [key, value];
    const target = plan.classes[field.target], listed = [value].flat();
    const used = new Set(listed.map((each) => each.id).filter(Boolean));
    const found = listed.map((each, n) => field.many ? { id: each.id ?? partId(target, each, n, used), ...withIds(target, each) } : withIds(target, each));
    return [key, field.many ? found : found[0]];
  }));

  /* Records: the one of the page, and new ones that it refers to */

  const record = (class_, given) => {
    const body = build.object(class_.name, given ? 1 : 0);
    const idField = { key: "id", kind: "text", label: texts.id, description: texts["id-told"], required: true, example: given ? "" : plan.example };
    const id = { ...build.one(idField), own: false };
    id.holder.node.addEventListener("input", () => { id.own = Boolean(id.read()); });
    const each = { class: class_, body, id, problems: [] };
    each.read = () => {
      const values = body.read() ?? {};
      if (!id.own && !id.fixed) id.write(slug(named(class_, values), 4));
      each.values = withIds(class_, values);
      each.name = id.read() ?? "";
      return Object.keys(values).length > 0;
    };
    each.file = () => `data/${class_.folder}/${each.name || "…"}.yml`;
    each.text = () => yaml.file(plan, class_.name, each.values);
    return each;
  };
  let own, added = [];
  const records = () => [own, ...added];

  // Whether a thing exists: in the dataset, or new in this form.
  const known = { has: (segment, id) => Object.hasOwn(names[segment] ?? {}, id) || added.some((each) => each.class.segment === segment && each.name === id && id) };

  const idProblems = (each) => {
    const { name, class: class_ } = each, example = each.id.fixed ? "" : plan.example;
    const problem = (code, values) => ({ code, path: ["id"], severity: "violation", value: name, words: values });
    if (each.id.fixed) return [];
    if (!name) return [{ code: "file-name", path: ["id"], severity: "violation", component: "MinCount", absent: true }];
    if (!new RegExp(plan.id).test(name)) return [problem("file-name", { expected: slug(name, 8) || example })];
    if (withdrawn.has(`${class_.segment}/${name}`)) return [problem("withdrawn-id", {})];
    const exists = class_.main ? taken.has(name) : Object.hasOwn(names[class_.segment] ?? {}, name);
    if (exists || records().some((other) => other !== each && other.class === class_ && other.name === name)) return [problem("duplicate-id", { line: `doc/${class_.segment}/${name}.html` })];
    return [];
  };
  const judge = (each) => {
    const reading = verdict.read(each.class.name, new RegExp(plan.id).test(each.name) ? each.name : "new", each.values, known);
    let solutions = [];
    if (reading.values && conditions) {
      try { solutions = conditions.ask(reading, verdict.complete(reading)); } catch (error) { failed = say("unchecked", { detail: error.message }); }
    }
    each.problems = [...idProblems(each), ...verdict.judged(reading, solutions)];
    each.hints = reading.values ? [...hints(each.class, each.values)] : [];
  };

  // Texts that seem to be in another language than that of their box: no problem of the record, but worth a look.
  function* hints(class_, values, path = []) {
    for (const field of class_.fields) {
      const value = values[field.key];
      if (value === undefined) continue;
      if (field.kind === "part") for (const [n, each] of [value].flat().entries()) yield* hints(plan.classes[field.target], each, [...path, field.key, ...(field.many ? [n] : [])]);
      if (field.kind !== "langtext") continue;
      for (const [code, text] of Object.entries(value)) {
        const other = suggest.otherLanguage(text, code);
        if (other) yield { code: "other-language", severity: "warning", path: [...path, field.key, code], field, other };
      }
    }
  }

  /* Problems in words */

  // Messages of shapes name keys, as record files do; a form has labels.
  const humanised = (class_, text) => {
    const keys = new Map(class_.fields.map((f) => [f.key, f.label]));
    const bare = text.replace(/ \(([\w, ]+)\)/g, (all, inside) => inside.split(/,\s*/).every((key) => keys.has(key)) ? "" : all);
    return bare.replace(/(?<![\p{L}\p{N}-])[a-z]\w*(?![\p{L}\p{N}-])/gu, (word) => keys.has(word) && (/[A-Z]/.test(word) || document.documentElement.lang !== "en") ? say("quoted", { text: keys.get(word) }) : word);
  };
  const cut = (text) => [...text].length > 60 ? `${[...text].slice(0, 60).join("")}…` : text;
  const filledIn = (words, values) => {
    const text = words.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "").replace(/\s+/g, " ").trim();
    return text.charAt(0).toUpperCase() + text.slice(1);
  };
  const fixOf = (problem, field, class_) => {
    const { shape, component } = problem;
    if (shape?.keys) return say("fill-one", { labels: shape.keys.map((key) => class_.fields.find((f) => f.key === key)?.label ?? key).join(", ") });
    if (problem.rule || (shape && shape !== field)) return humanised(class_, shape.fix);
    if (component === "Pattern" && field?.kind === "text") return humanised(class_, field.fix);
    const kind = field?.kind === "reference" ? (field.target && plan.new.some((name) => plan.classes[name].segment === field.target) ? "of-list" : "choose-list") : `fix-${field?.words || field?.values ? "list" : field?.kind}`;
    return texts[kind] ?? "";
  };
  const classAt = (each, path) => path.reduce((class_, key) => {
    const field = typeof key === "string" && class_.fields.find((f) => f.key === key);
    return field?.kind === "part" ? plan.classes[field.target] : class_;
  }, each.class);
  const told = (each, problem) => {
    const key = problem.path.findLast((k) => typeof k === "string");
    const class_ = classAt(each, problem.path);
    const field = problem.field ?? class_.fields.find((f) => f.key === key) ?? class_.fields.find((f) => problem.path.includes(f.key));
    const own = plan.own[problem.code];
    const label = (k) => class_.fields.find((f) => f.key === k)?.label ?? k;
    const value = field?.kind === "reference" && problem.value !== undefined ? build.called(field, problem.value) : problem.value ?? "";
    const values = { label: field?.label ?? (key === "id" ? texts.id : key ?? class_.label), value: cut(value), about: problem.about ?? "", key, ...problem.words };
    if (problem.other) return { says: say("other-language", { label: field.label, value: (plan.languages[problem.other] ?? problem.other).toLocaleLowerCase() }), fix: texts["fix-other-language"], field };
    if (problem.absent) return { says: `${texts.id}: ${texts.missing}`, fix: texts["id-told"], why: "", field };
    const spoken = (codes) => codes.map((code) => (plan.languages[code] ?? code).toLocaleLowerCase()).join(", ");
    if (problem.code === "missing-language") values.value = spoken(problem.missing);
    if (problem.code === "no-national-language") values.expected = spoken(plan.national);
    values.alternatives = (problem.shape?.keys ?? []).map(label).join(", ");
    if (problem.code === "file-name") return { says: say("id-wrong", values), fix: texts["id-told"], why: "", field };
    if (problem.component === "Disjoint") return { says: say("twice", { ...values, other: problem.shape.apart.map(label).join(", ") }), fix: fixOf(problem, field, class_), why: problem.shape.why, field };
    if (own) {
      const needs = ["unknown-reference", "wrong-kind"].includes(problem.code);
      return { says: problem.code === "unknown-reference" ? say("not-listed", values) : problem.code === "wrong-kind" ? filledIn(plan.says.Datatype, values) : filledIn(own.says, values),
        fix: needs ? fixOf(problem, field, class_) : filledIn(own.fix, values), why: needs ? "" : filledIn(own.why, values), field };
    }
    const says = problem.rule ? filledIn(problem.shape.says, values) : problem.component === "MinCount" || problem.shape?.keys ? `${problem.shape?.keys ? values.alternatives : values.label}: ${texts.missing}` : filledIn(plan.says[problem.component], values);
    return { says, fix: fixOf(problem, field, class_), why: problem.shape?.why ?? field?.why ?? "", field };
  };

  // What was probably meant: the value to write, and how it is called; or a new record to add.
  const suggestion = (problem, field) => {
    const value = problem.value;
    if (problem.code === "file-name") return (value && slug(value, 8)) || null;
    if (!field || !value || problem.severity === "info") return null;
    if (problem.code !== "unknown-reference") return problem.component || problem.code === "wrong-kind" ? suggest.value(field, value) : null;
    const id = suggest.thing(value, meant[field.target]);
    return id && Object.hasOwn(names[field.target] ?? {}, id) ? id : null;
  };
  const offer = (problem, field, spot) => {
    const meantValue = spot.write && suggestion(problem, field);
    if (meantValue) {
      const label = field?.kind === "reference" ? build.called(field, meantValue) : meantValue;
      const button = make("button", { type: "button", className: "take", textContent: say("take", { value: label }) });
      button.addEventListener("click", () => {
        spot.write(meantValue);
        refresh();
        spot.holder.control().focus();
      });
      return [make("span", {}, `${say("did-you-mean", { value: label })} `), button];
    }
    const name = problem.code === "unknown-reference" && plan.new.find((each) => plan.classes[each].segment === field?.target);
    if (!name || !spot.write) return [];
    const button = make("button", { type: "button", className: "take", textContent: say("add-new", { value: cut(problem.value) }) });
    button.addEventListener("click", () => {
      const each = add(name, problem.value);
      refresh();
      spot.write(each.name);
      refresh();
      each.box.scrollIntoView({ block: "nearest" });
      each.box.querySelector("input, select, textarea").focus();
    });
    return [button];
  };

  const show = () => {
    for (const node of whole.querySelectorAll(".field")) {
      node.holder.wrong.replaceChildren();
      for (const control of node.holder.node.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
    }
    const shown = [];
    for (const each of records()) {
      for (const problem of [...each.problems, ...each.hints]) {
        const spot = problem.path[0] === "id" ? { holder: each.id.holder, write: each.id.write } : each.body.place(problem.path) ?? { holder: each.id.holder };
        const words = told(each, problem);
        shown.push({ ...problem, ...words, spot });
        const { holder } = spot;
        const absent = problem.component === "MinCount" || problem.shape?.keys || problem.severity === "info";
        if (!strict && (absent || !problem.rule) && !holder.touched) continue;
        if (holder.wrong.childElementCount && problem.shape?.keys) continue;
        holder.wrong.append(make("p", { className: problem.severity }, make("strong", { textContent: words.says }), " ", make("span", { textContent: words.fix }), " ", ...offer(problem, words.field, spot)));
        if (problem.severity === "violation") {
          const target = problem.path.length > 1 ? holder.node.querySelectorAll("input, select, textarea") : [holder.control()];
          for (const control of target) if (control?.matches("input, select, textarea")) control.setAttribute("aria-invalid", "true");
        }
      }
    }
    return shown;
  };

  /* The page */

  let shown = [];
  const errors = () => shown.filter((p) => p.severity === "violation");
  const refresh = () => {
    clearTimeout(waiting);
    build.renew();
    const some = records().map((each) => each.read());
    failed = "";
    for (const segment of Object.keys(fresh)) delete fresh[segment];
    for (const each of added) if (each.name) (fresh[each.class.segment] ??= {})[each.name] = title(each.class, each.values) || each.name;
    for (const each of records()) judge(each);
    shown = show();
    const empty = !some[0];
    if (!empty) load();
    const faults = errors(), remarks = shown.length - faults.length;
    const ready = !empty && !faults.length && conditions && !unchecked && !failed;
    const text = empty ? texts.untouched : faults.length ? say(faults.length === 1 ? "faults-one" : "faults-many", { n: faults.length })
      : unchecked || failed ? unchecked || failed : !conditions ? texts.checking : `${texts["faults-none"]}${remarks ? ` ${say(remarks === 1 ? "remarks-one" : "remarks-many", { n: remarks })}` : ""}`;
    if (status.textContent !== text) status.textContent = text;
    whole.classList.toggle("finished", Boolean(ready));
    whole.classList.toggle("empty", empty);
    for (const id of ["copy", "download", "clear"]) part(id).disabled = empty;
    part("send-part").hidden = !ready;
    files.replaceChildren(...(empty ? [] : records().map((each, n) => make("details", { open: false }, make("summary", {}, make("code", { textContent: each.file() })),
      make("div", { className: "code", tabIndex: 0, role: "region", "aria-label": each.file() }, make("pre", {}, make("code", { id: n ? "" : "yaml", textContent: each.text() })))))));
    progress(empty);
    summarise(empty);
    listFaults(faults);
    if (ready) send();
    keep(empty);
  };
  const later = () => {
    clearTimeout(waiting);
    waiting = setTimeout(refresh, 150);
  };
  const load = () => {
    if (!asked) script(plan.meant);
    asked = true;
    if (!plan.engine || loading) return;
    loading = window.hankelodLoadConditions(root, plan.engine).then((found) => { conditions = found; }, (error) => { unchecked = say("unchecked", { detail: error.message }); }).then(later);
  };

  // Steps: a section each, one of which is shown.
  let sections = [];
  const go = (n, focus = true) => {
    step = Math.max(0, Math.min(n, sections.length - 1));
    sections.forEach((section, m) => { section.node.hidden = m !== step; });
    progress();
    if (!focus) return;
    sections[step].heading.focus();
    whole.scrollIntoView({ block: "start" });
  };
  const stepOf = (node) => sections.findIndex((section) => section.node.contains(node));
  const progress = (empty = false) => {
    [...steps.children].forEach((item, n) => {
      const button = item.firstElementChild, count = errors().filter((p) => sections[n].node.contains(p.spot.holder.node)).length;
      n === step ? button.setAttribute("aria-current", "step") : button.removeAttribute("aria-current");
      item.lastElementChild.textContent = empty ? "" : count ? say("step-left", { n: count }) : texts["step-done"];
      item.classList.toggle("done", !empty && !count);
    });
  };
  const reveal = (target) => {
    go(stepOf(target), false);
    target.focus();
    target.scrollIntoView({ block: "center" });
  };
  const listFaults = (faults) => {
    faultList.replaceChildren(...(strict && faults.length ? [make("ul", {}, ...faults.map((f) => {
      const target = f.spot.holder.control();
      const link = make("a", { href: `#${target.id}`, textContent: f.says });
      link.addEventListener("click", (event) => { event.preventDefault(); reveal(target); });
      return make("li", {}, link);
    }))] : []));
  };

  // What the record says, and where a correction differs from what is published.
  const spoken = (class_, key, value) => {
    const field = class_.fields.find((f) => f.key === key);
    if (value === undefined) return texts.nothing;
    if (!field) return typeof value === "string" ? value : JSON.stringify(value);
    if (Array.isArray(value) && field.kind !== "part") return value.map((each) => spoken(class_, key, each)).join(", ");
    if (field.kind === "langtext") return Object.entries(value).map(([code, text]) => `${plan.languages[code] ?? code}: ${text}`).join(" · ");
    if (field.kind === "part") return [value].flat().map((each) => Object.entries(each).filter(([k]) => k !== "id").map(([k, v]) => spoken(plan.classes[field.target], k, v)).join(", ")).join(" · ");
    if (field.kind === "boolean") return texts[value === "true" ? "yes" : "no"];
    const listed = field.words ?? field.values;
    return listed?.find(([v]) => v === value)?.[1] ?? (field.kind === "reference" ? build.called(field, value) : value);
  };
  const summarise = (empty) => {
    const rows = empty ? [] : own.body.fields.filter(({ field }) => field.key in own.values).map(({ field }) => make("div", {}, make("dt", { textContent: field.label }), make("dd", { textContent: cut(spoken(own.class, field.key, own.values[field.key])) })));
    part("summary").replaceChildren(...rows);
    if (!original) return;
    const keys = [...new Set([...Object.keys(original), ...Object.keys(own.values)])].filter((key) => JSON.stringify(original[key]) !== JSON.stringify(own.values[key]));
    part("changes-count").textContent = keys.length ? say("changed", { n: keys.length }) : texts.unchanged;
    part("changes").replaceChildren(...keys.map((key) => make("div", {}, make("dt", { textContent: own.class.fields.find((f) => f.key === key)?.label ?? key }),
      make("dd", {}, make("del", { textContent: spoken(own.class, key, original[key]) }), " ", make("ins", { textContent: spoken(own.class, key, own.values[key]) })))));
  };

  // Ways to send it: a letter, and a proposal in the dataset's repository.
  const send = () => {
    const all = records().map((each) => `# ${each.file()}\n${each.text()}`).join("\n");
    const letter = part("letter"), pull = part("pull");
    if (letter) {
      const subject = say(original ? "subject-correction" : "subject", { id: own.name });
      const start = `${plan.email}?subject=${encodeURIComponent(subject)}&body=`;
      const body = encodeURIComponent(say("letter", { files: records().map((each) => each.file().split("/").at(-1)).join(", ") }) + `\r\n\r\n${all.replace(/\n/g, "\r\n")}`);
      letter.href = start.length + body.length > ADDRESS ? start + encodeURIComponent(say("letter", { files: records().map((each) => each.file().split("/").at(-1)).join(", ") })) : start + body;
    }
    if (pull) {
      const [repository, branch] = plan.repository, folder = `data/${own.class.folder}`;
      const start = original ? `${repository}/edit/${branch}/${own.file()}` : `${repository}/new/${branch}/${folder}?filename=${encodeURIComponent(own.name)}.yml`;
      const address = `${start}&value=${encodeURIComponent(own.text())}`, long = original || added.length || address.length > ADDRESS;
      pull.href = long ? start : address;
      part("pull-long").textContent = long ? texts["pull-long"] : "";
    }
  };

  /* The draft, in this browser */

  const stored = (change) => {
    try { return change(localStorage); } catch { return null; /* storage may be disabled in the browser */ }
  };
  const state = () => ({ id: own.id.own ? own.name : "", values: own.body.read() ?? {}, added: added.map((each) => ({ class: each.class.name, id: each.name, values: each.body.read() ?? {} })) });
  let saved = true;
  const keep = (empty) => {
    if (empty || (original && JSON.stringify(original) === JSON.stringify(own.values))) return;
    saved = stored((store) => { store.setItem(DRAFT, JSON.stringify(state())); return true; }) === true;
    const text = saved ? texts["draft-kept"] : texts["draft-lost"];
    if (!part("draft-status").textContent) part("draft-status").textContent = text;
  };
  const forget = () => {
    stored((store) => store.removeItem(DRAFT));
    part("draft-status").textContent = "";
    saved = true;
  };
  addEventListener("beforeunload", (event) => { if (!saved) event.preventDefault(); });
  const restore = () => {
    const kept = stored((store) => JSON.parse(store.getItem(DRAFT)));
    if (!kept?.values) return false;
    for (const each of kept.added ?? []) add(each.class, "", each);
    own.body.write(kept.values);
    if (kept.id) own.id.write(kept.id);
    own.id.own = Boolean(kept.id);
    part("draft-status").textContent = texts.restored;
    return true;
  };

  part("check").addEventListener("click", () => {
    strict = true;
    refresh();
    if (errors().length) faultList.focus();
  });
  part("download").addEventListener("click", () => {
    refresh();
    if (errors().length) return part("check").click();
    for (const each of records()) {
      const address = URL.createObjectURL(new Blob([each.text()], { type: "application/yaml" }));
      make("a", { href: address, download: `${each.name || each.class.segment}.yml` }).click();
      setTimeout(() => URL.revokeObjectURL(address), 1000);
    }
  });
  part("clear").addEventListener("click", () => {
    forget();
    start();
    if (original) own.body.write(original);
    refresh();
    go(0);
  });

  window.hankelodIds = ([ids, gone]) => {
    taken = new Set(ids);
    withdrawn = new Set(gone);
    later();
  };
  window.hankelodMeant = (found) => {
    meant = found;
    later();
  };
  const script = (path) => document.head.append(make("script", { src: root + path }));

  // A new record that this one refers to, such as an organisation, in the section where it is named.
  const add = (name, title, kept) => {
    const each = record(plan.classes[name], true);
    const legend = make("legend", { textContent: say("new", { label: each.class.label.toLocaleLowerCase() }) });
    const remove = make("button", { type: "button", className: "remove", textContent: say("remove", { label: each.class.label.toLocaleLowerCase() }) });
    each.box = make("fieldset", { className: "part" }, legend, ...each.body.nodes, each.id.holder.node, remove);
    remove.addEventListener("click", () => {
      added.splice(added.indexOf(each), 1);
      each.box.remove();
      refresh();
    });
    added.push(each);
    whole.querySelector(`[data-new="${name}"]`).append(each.box);
    if (kept) {
      each.body.write(kept.values);
      each.id.write(kept.id);
      each.id.own = true;
    } else if (title) {
      const field = each.class.fields.find((f) => f.kind === "langtext" && f.required);
      each.body.write({ [field.key]: { [field.languages.includes(document.documentElement.lang) ? document.documentElement.lang : field.languages[0]]: title }, ...seat(each.class, title) });
    }
    return each;
  };
  // The area whose name an organisation's name begins with ("Rauman kaupunki" is seated in Rauma), and what such
  // organisations have in common.
  const seat = (class_, title) => {
    for (const field of class_.fields.filter((f) => f.kind === "reference" && f.cased)) {
      const { names: all = {}, named: common = {} } = meant[field.target] ?? {};
      const id = all[title.toLowerCase()] ?? all[title.toLowerCase().split(" ").slice(0, -1).join(" ")];
      if (id) return { ...common[class_.name], [field.key]: field.many ? [id] : id };
    }
    return {};
  };

  const start = () => {
    added = [];
    own = record(cls, false);
    if (correction) {
      own.id.write(correction.id);
      own.id.fixed = true;
      own.id.holder.control().readOnly = true;
    }
    const last = { label: texts["last-step"], node: part("last"), fields: [] };
    sections = [...own.body.sections, last].map((section, n, all) => {
      const heading = make("h2", { tabIndex: -1, textContent: section.label });
      const next = n < all.length - 1 ? [make("button", { type: "button", className: "first", textContent: texts.next })] : [];
      const back = n ? [make("button", { type: "button", textContent: texts.back })] : [];
      next[0]?.addEventListener("click", () => go(n + 1));
      back[0]?.addEventListener("click", () => go(n - 1));
      const news = plan.new.filter((name) => cls.main && section.fields.some(({ field }) => field.kind === "reference" && field.target === plan.classes[name].segment));
      const offers = news.map((name) => {
        const button = make("button", { type: "button", textContent: say("add-a-new", { label: plan.classes[name].label.toLocaleLowerCase() }) });
        button.addEventListener("click", () => { add(name, "").box.querySelector("input, select, textarea").focus(); later(); });
        return make("div", { className: "news" }, make("p", { className: "fine", textContent: say("not-there", { label: plan.classes[name].label.toLocaleLowerCase() }) }), button, make("div", { "data-new": name }));
      });
      const ways = make("p", { className: "ways" }, ...back, ...next);
      if (section.node) {
        section.node.querySelector(".heading").replaceChildren(heading);
        section.node.querySelector(".id").replaceChildren(own.id.holder.node);
        section.node.querySelector(".way").replaceChildren(ways);
        return { ...section, heading };
      }
      const node = make("section", { className: "group" }, heading, ...offers, ...section.fields.map((f) => f.node), ways);
      return { ...section, node, heading, news };
    });
    form.replaceChildren(...sections.map((section) => section.node));
    part("last").hidden = false;
    steps.replaceChildren(...sections.map((section, n) => {
      const button = make("button", { type: "button", className: "link", textContent: section.label });
      button.addEventListener("click", () => go(n));
      return make("li", {}, button, " ", make("span", { className: "fine" }));
    }));
    const at = sections.findIndex((section) => section.news?.length);
    part("new-notice").hidden = at < 0 || Boolean(correction);
    part("new-link").onclick = () => {
      go(at, false);
      const name = sections[at].news[0];
      add(name, "").box.querySelector("input, select, textarea").focus();
      later();
    };
    strict = false;
    go(0, false);
  };
  window.hankelodNames = (found) => {
    Object.assign(names, found);
    for (const [kind, some] of Object.entries(names)) {
      whole.append(make("datalist", { id: `names-${kind}` }, ...Object.keys(some).map((id) => make("option", { value: build.called({ target: kind }, id) }))));
    }
    start();
    whole.hidden = false;
    if (correction) {
      own.body.write(correction.values);
      own.read();
      original = structuredClone(own.values);
      strict = true;
      part("correction").hidden = false;
      part("correction-name").textContent = title(cls, correction.values) || correction.id;
    }
    part("changes-part").hidden = !correction;
    if (restore()) strict = Boolean(correction);
    refresh();
    script(plan.ids);
  };
  form.addEventListener("input", later);
  // Check after a pause in typing.
  form.addEventListener("input", (event) => {
    clearTimeout(pause);
    pause = setTimeout(() => {
      const { holder } = event.target.closest(".field") ?? {};
      if (holder) holder.touched = true;
      refresh();
    }, PAUSE);
  });
  form.addEventListener("change", later);
  form.addEventListener("submit", (event) => event.preventDefault());
}
