// Contribution page: a form generated from the plan of the Model, checks during input, and the record as YAML.
// Nothing is sent anywhere; a draft is kept only at the user's request.
"use strict";

const whole = document.getElementById("contribute");
if (whole) {
  const plan = JSON.parse(document.getElementById("plan").textContent);
  const { texts } = plan;
  const root = whole.dataset.root;
  const part = (id) => document.getElementById(id);
  const form = part("form"), status = part("record-status"), faultList = part("faults"), draft = part("draft"), remarks = part("remarks");
  const checks = window.hankelodChecks(plan);
  const yaml = window.hankelodYaml;
  const DRAFT = "hankelod-draft", ADDRESS = 7000, FEW = 20, PAUSE = 900;
  let names = {};
  let taken = new Set(); // ids of projects
  let count = 0;
  const holders = new WeakMap(); // by field: marks it as edited
  let pause;
  let strict = false; // also show problems of fields not edited yet

  const make = (name, properties = {}, ...inside) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(properties)) key in made ? made[key] = value : made.setAttribute(key, value);
    made.append(...inside);
    return made;
  };
  const say = (key, values = {}) => texts[key].replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
  const filled = (value) => value !== undefined;

  /* Fields: { node, read, write, faults }; read returns a text, a map by language, a list, or undefined if empty. */

  // Frame of a control: label, hint, and the place for its problems. With `many`, controls have a legend.
  const framed = (field, controls, group) => {
    const id = `field-${++count}`;
    const typed = field.kind === "reference" && !isChoice(field);
    const hint = [field.description, field.example && say("example", { value: field.example }), typed && texts["from-list"]].filter(Boolean).join(" ");
    const optional = field.required || field.kind === "boolean" ? [] : [make("span", { className: "fine", textContent: ` (${texts.optional})` })];
    const told = make("p", { id: `${id}-told`, className: "fine", textContent: hint });
    const wrong = make("div", { id: `${id}-wrong`, className: "wrong" });
    const label = group ? make("legend", {}, field.label, ...optional) : make("label", { htmlFor: id }, field.label, ...optional);
    const node = make(group ? "fieldset" : "div", { className: "field" }, label, told, ...controls(id, `${id}-told ${id}-wrong`), wrong);
    const holder = { node, wrong, touched: false, control: () => node.querySelector("input, select, textarea, button") };
    holders.set(node, () => { holder.touched = true; });
    node.addEventListener("focusout", () => { holder.touched = true; later(); });
    return holder;
  };
  const shown = (holder, faults) => {
    const some = strict || holder.touched ? faults : [];
    holder.wrong.replaceChildren(...some.map((f) => make("p", { className: f.severity },
      make("strong", { textContent: f.says }), " ", make("span", { textContent: f.fix }), " ", make("span", { className: "fine", textContent: f.why }))));
    for (const control of holder.node.querySelectorAll("input, select, textarea")) {
      some.length ? control.setAttribute("aria-invalid", "true") : control.removeAttribute("aria-invalid");
    }
  };

  const options = (field) => {
    if (field.words) return field.words;
    if (field.values) return field.values;
    return Object.entries(names[field.target] ?? {}).sort((a, b) => a[1].localeCompare(b[1], document.documentElement.lang));
  };
  // Short lists of names are select elements, long ones are typed with suggestions.
  const isChoice = (field) => Boolean(field.words || field.values || field.concept) || (field.kind === "reference" && Object.keys(names[field.target] ?? {}).length <= FEW);
  const called = (field, id) => {
    const name = names[field.target]?.[id];
    if (!name) return id;
    return Object.values(names[field.target]).filter((other) => other === name).length > 1 ? `${name} (${id})` : name;
  };
  // The id of a typed name; what would be the id of the name is accepted too, because ids are derived from names.
  const meant = (field, text) => {
    const lower = (given) => given.toLocaleLowerCase(document.documentElement.lang);
    const wanted = lower(text), id = slug(text);
    const known = names[field.target] ?? {};
    return Object.keys(known).find((each) => lower(called(field, each)) === wanted) ?? (Object.hasOwn(known, id) ? id : text);
  };

  // Control of a field with a single value.
  const control = (field, id, described) => {
    const about = { id, "aria-describedby": described };
    if (isChoice(field)) {
      const select = make("select", about, make("option", { value: "", textContent: texts.choose }), ...options(field).map(([value, label]) => make("option", { value, textContent: label })));
      return { node: select, read: () => select.value || undefined, write: (value) => { select.value = value; } };
    }
    if (field.kind === "boolean") {
      const box = make("input", { ...about, type: "checkbox" });
      return { node: box, read: () => box.checked ? "true" : undefined, write: (value) => { box.checked = value === "true"; } };
    }
    const box = make(field.long ? "textarea" : "input", { ...about, ...(field.long ? { rows: 4 } : { type: "text" }) });
    if (plan.kinds[field.kind]?.numeric) box.inputMode = "decimal";
    if (field.kind === "reference") {
      box.setAttribute("list", `names-${field.target}`);
      return { node: box, read: () => box.value.trim() ? meant(field, box.value.normalize("NFC").trim()) : undefined, write: (value) => { box.value = called(field, value); } };
    }
    return { node: box, read: () => checks.tidied(field, box.value) || undefined, write: (value) => { box.value = value; } };
  };
  const faultOf = (field, value) => {
    if (field.kind === "reference" && !isChoice(field) && !names[field.target]?.[value]) {
      return checks.own("unknown-reference", { label: field.label, value, fix: texts[field.target === "organisation" ? "of-list" : "from-list"] });
    }
    return isChoice(field) || field.kind === "boolean" || field.kind === "reference" ? null : checks.check(field, value);
  };
  // Messages of shapes refer to ids; the form has a list instead.
  const missing = (field) => field.required ? [checks.broken("MinCount", isChoice(field) ? { ...field, fix: texts["choose-list"] } : field.kind === "reference" ? { ...field, fix: texts["from-list"] } : field)] : [];

  const one = (field) => {
    let held;
    const holder = framed(field, (id, described) => [(held = control(field, id, described)).node]);
    if (field.kind === "boolean") holder.node.classList.add("tick");
    const faults = () => {
      const value = held.read();
      const found = filled(value) ? [faultOf(field, value)].filter(Boolean) : missing(field);
      shown(holder, found);
      return found.map((f) => ({ ...f, holder }));
    };
    return { ...held, node: holder.node, holder, faults };
  };

  const byLanguage = (field) => {
    const held = {};
    const holder = framed(field, (id, described) => field.languages.map((code) => {
      held[code] = control({ ...field, kind: "text" }, `${id}-${code}`, described);
      held[code].node.lang = code;
      return make("div", { className: "language" }, make("label", { htmlFor: `${id}-${code}`, textContent: plan.languages[code] ?? code }), held[code].node);
    }), true);
    const read = () => {
      const found = Object.entries(held).map(([code, each]) => [code, each.read()]).filter(([, text]) => filled(text));
      return found.length ? Object.fromEntries(found) : undefined;
    };
    const faults = () => {
      const value = read();
      const found = filled(value) ? Object.values(value).map((text) => checks.check(field, text)).filter(Boolean) : missing(field);
      if (filled(value) && !found.length && !field.verbatim && !plan.national.some((code) => value[code])) found.push(checks.own("no-national-language", { label: field.label, expected: plan.national.join(", ") }));
      shown(holder, found);
      return found.map((f) => ({ ...f, holder }));
    };
    return { node: holder.node, holder, read, write: (value) => { for (const [code, text] of Object.entries(value)) held[code]?.write(text); }, faults };
  };

  const ticks = (field) => {
    const boxes = [];
    const holder = framed(field, (id, described) => [make("div", { className: "ticks" }, ...options(field).map(([value, label], n) => {
      const box = make("input", { type: "checkbox", id: `${id}-${n}`, value, "aria-describedby": described });
      boxes.push(box);
      return make("label", { htmlFor: box.id }, box, ` ${label}`);
    }))], true);
    const read = () => boxes.some((b) => b.checked) ? boxes.filter((b) => b.checked).map((b) => b.value) : undefined;
    const faults = () => {
      const found = filled(read()) ? [] : missing(field);
      shown(holder, found);
      return found.map((f) => ({ ...f, holder }));
    };
    return { node: holder.node, holder, read, write: (value) => { for (const box of boxes) box.checked = value.includes(box.value); }, faults };
  };

  // Field with several values, each in a row that can be removed.
  const several = (field) => {
    const rows = [];
    const list = make("div", { className: "several" });
    let described = "";
    const button = make("button", { type: "button", textContent: say("add", { label: field.label.toLocaleLowerCase() }) });
    const add = () => {
      const held = control(field, `field-${++count}`, described);
      held.node.setAttribute("aria-label", say("number-of", { label: field.label, n: rows.length + 1 }));
      const remove = make("button", { type: "button", className: "remove", textContent: "×", "aria-label": say("remove", { label: field.label.toLocaleLowerCase() }) });
      const row = { ...held, line: make("div", { className: "row" }, held.node, remove) };
      remove.addEventListener("click", () => {
        rows.splice(rows.indexOf(row), 1);
        row.line.remove();
        button.focus();
        later();
      });
      rows.push(row);
      list.append(row.line);
      return row;
    };
    const holder = framed(field, (_, about) => { described = about; return [list, button]; }, true);
    button.addEventListener("click", () => add().node.focus());
    add();
    const read = () => {
      const found = [...new Set(rows.map((row) => row.read()).filter(filled))];
      return found.length ? found : undefined;
    };
    const faults = () => {
      const found = (read() ?? []).map((value) => faultOf(field, value)).filter(Boolean);
      if (!filled(read())) found.push(...missing(field));
      shown(holder, found);
      return found.map((f) => ({ ...f, holder }));
    };
    const write = (value) => {
      for (const row of rows.splice(0)) row.line.remove();
      for (const each of value) add().write(each);
    };
    return { node: holder.node, holder, read, write, faults };
  };

  // Parts: things nested in the record, each with its own form.
  const parts = (field, level) => {
    const cls = plan.classes[field.target];
    const held = [];
    const list = make("div", { className: "parts" });
    const button = make("button", { type: "button", textContent: say("add", { label: cls.label.toLocaleLowerCase() }) });
    const renumber = () => held.forEach((h, n) => { h.legend.textContent = say("number-of", { label: cls.label, n: n + 1 }); });
    const add = () => {
      const inside = object(field.target, level + 1);
      const legend = make("legend");
      const remove = make("button", { type: "button", className: "remove", textContent: say("remove", { label: cls.label.toLocaleLowerCase() }) });
      const each = { ...inside, legend, box: make("fieldset", { className: "part" }, legend, ...inside.nodes, remove) };
      remove.addEventListener("click", () => {
        held.splice(held.indexOf(each), 1);
        each.box.remove();
        renumber();
        button.focus();
        later();
      });
      held.push(each);
      list.append(each.box);
      renumber();
      return each;
    };
    const holder = framed(field, () => [list, button], true);
    button.addEventListener("click", () => {
      add().box.querySelector("input, select, textarea").focus();
      later();
    });
    if (field.required) add();
    const read = () => {
      const found = held.map((each) => each.read()).filter(filled);
      return found.length ? found : undefined;
    };
    const faults = () => {
      const found = held.length ? [] : missing(field);
      holder.wrong.replaceChildren(...(strict || holder.touched ? found : []).map((f) => make("p", { textContent: `${f.says} ${f.fix}` })));
      return [...found.map((f) => ({ ...f, holder })), ...held.flatMap((each) => each.faults())];
    };
    const write = (value) => {
      for (const each of held.splice(0)) each.box.remove();
      for (const each of value) add().write(each);
    };
    return { node: holder.node, holder, read, write, faults };
  };

  const made = (field, level) => {
    if (field.kind === "part") return parts(field, level);
    if (field.kind === "langtext") return byLanguage(field);
    if (!field.many) return one(field);
    return isChoice(field) ? ticks(field) : several(field);
  };

  // All fields of a class, by group if it has groups.
  const object = (name, level) => {
    const cls = plan.classes[name];
    const fields = cls.fields.map((field) => ({ field, ...made(field, level) }));
    const groups = level ? [] : plan.groups;
    const nodes = [
      ...groups.map(({ name: group, label }) => make("section", { className: "group" }, make("h2", { textContent: label }), ...fields.filter(({ field }) => field.group === group).map((f) => f.node))),
      ...fields.filter(({ field }) => !groups.some((g) => g.name === field.group)).map((f) => f.node),
    ];
    const read = () => {
      const found = fields.map((f) => [f.field.key, f.read()]).filter(([, value]) => filled(value));
      return found.length ? Object.fromEntries(found) : undefined;
    };
    const faults = () => {
      const found = fields.flatMap((f) => f.faults());
      const value = read() ?? {};
      for (const { keys, key, ...told } of cls.alternatives) {
        if (keys.some((k) => k in value)) continue;
        const { holder } = fields.find((f) => f.field.key === key);
        const fault = { ...told, says: told.fix, fix: "" };
        if (!holder.wrong.hasChildNodes()) shown(holder, [fault]);
        found.push({ ...fault, holder });
      }
      return found;
    };
    return { nodes, read, faults, write: (value) => { for (const f of fields) if (filled(value?.[f.field.key])) f.write(value[f.field.key]); } };
  };

  /* The record */

  const slug = (text, words = Infinity) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").split("-").slice(0, words).join("-").slice(0, 99).replace(/-$/, "");
  const first = (text) => typeof text === "object" ? text.fi ?? text.sv ?? Object.values(text)[0] : text;
  // The id of a part: derived from its first text, else kind and number, so that parts inserted later do not change it.
  const partId = (cls, value, n, used) => {
    const field = cls.fields.find((f) => (f.kind === "langtext" || f.kind === "text") && value[f.key] && !f.pattern);
    const wanted = (field && slug(first(value[field.key]), 3)) || `${cls.segment}-${n + 1}`;
    let id = wanted;
    for (let again = 2; used.has(id); again++) id = `${wanted}-${again}`;
    used.add(id);
    return id;
  };
  const withIds = (cls, values) => Object.fromEntries(cls.fields.filter((f) => f.key in values).map((f) => {
    const value = values[f.key];
    if (f.kind !== "part") return [f.key, value];
    const used = new Set(), target = plan.classes[f.target];
    return [f.key, value.map((each, n) => ({ id: partId(target, each, n, used), ...withIds(target, each) }))];
  }));
  const forYaml = (cls, values) => Object.fromEntries(Object.entries(values).map(([key, value]) => {
    const field = cls.fields.find((f) => f.key === key);
    if (!field) return [key, value];
    if (field.kind === "part") return [key, value.map((each) => forYaml(plan.classes[field.target], each))];
    const { plain } = plan.kinds[field.kind] ?? {};
    if (!plain) return [key, value];
    const pattern = new RegExp(`^(?:${plain})$`);
    const bare = (text) => pattern.test(text) ? new yaml.Bare(text) : text;
    return [key, Array.isArray(value) ? value.map(bare) : bare(value)];
  }));
  // The complete record in JSON-LD, with the values filled in by the model.
  const bound = (date, last) => {
    const [year, month = last ? "12" : "01", day] = date.split("-");
    return `${year}-${month}-${day ?? (last ? String(new Date(Date.UTC(year, month, 0)).getUTCDate()) : "01")}`;
  };
  const typed = (value, { precisions, coerced }) => {
    const datatype = precisions[value.length] ?? precisions[10];
    return datatype === coerced ? value : { "@value": value, "@type": datatype };
  };
  const complete = (name, values, id, nodes) => {
    const cls = plan.classes[name];
    (nodes[name] ??= []).push(`${plan.engine.base}id/${plan.classes[plan.class].segment}/${id}`);
    const told = { id, type: cls.types[values[cls.typed]] ?? Object.values(cls.types)[0] };
    for (const [key, source, last] of cls.bounds) {
      if (/^\d{4}(-\d\d){0,2}$/.test(values[source] ?? "")) told[key] = bound(values[source], last);
    }
    for (const field of cls.fields) {
      const value = values[field.key];
      if (value === undefined) continue;
      if (field.kind === "part") {
        const target = plan.classes[field.target];
        told[field.key] = value.map((each, n) => ({
          ...complete(field.target, each, `${id}/${target.segment}/${each.id}`, nodes), ...(target.position ? { [target.position]: n + 1 } : {}),
        }));
      } else if (field.within && values[field.within[0]]) told[field.key] = `${values[field.within[0]]}/${field.within[1]}/${value}`;
      else told[field.key] = field.kind === "boolean" ? value === "true" : plan.kinds[field.kind]?.precisions ? typed(value, plan.kinds[field.kind]) : value;
    }
    return told;
  };

  /* The page */

  const idField = { key: "id", kind: "text", label: texts.id, description: texts["id-told"], required: true, example: plan.example };
  let idPart, body;
  const identifier = () => idPart.read() ?? "";
  const idFaults = () => {
    const id = identifier();
    const found = !id ? [{ ...checks.own("file-name", { value: "", expected: idField.example }), says: `${texts.id}: ${checks.own("file-name", { value: "…", expected: idField.example }).fix}`, fix: "" }]
      : !new RegExp(plan.id).test(id) ? [checks.own("file-name", { value: id, expected: slug(id, 8) || idField.example })]
      : taken.has(id) ? [checks.own("duplicate-id", { value: id, line: `doc/project/${id}.html` })] : [];
    shown(idPart.holder, found);
    return found.map((f) => ({ ...f, holder: idPart.holder }));
  };

  let record = {}, faults = [];
  const refresh = () => {
    const values = body.read() ?? {};
    if (!idPart.own) idPart.write(values.title ? slug(first(values.title), 4) : "");
    faults = [...idFaults(), ...body.faults()];
    record = withIds(plan.classes[plan.class], values);
    const empty = !Object.keys(record).length;
    const text = empty ? "" : `# yaml-language-server: $schema=${plan.schema}\n${yaml.write(forYaml(plan.classes[plan.class], record))}`;
    part("yaml").textContent = text;
    part("file-name").textContent = empty ? "" : `${plan.file}${identifier() || "…"}.yml`;
    const told = empty ? texts.untouched : faults.length ? say(faults.length === 1 ? "faults-one" : "faults-many", { n: faults.length }) : `${texts["faults-none"]} ${say("finished", { file: plan.file })}`;
    if (status.textContent !== told) status.textContent = told;
    whole.classList.toggle("finished", !empty && !faults.length);
    whole.classList.toggle("empty", empty);
    for (const id of ["copy", "download", "clear"]) part(id).disabled = empty;
    if (!faults.length) strict = false;
    listFaults();
    pull(text);
    if (draft.checked) keep(values);
  };
  let waiting;
  const later = () => {
    clearTimeout(waiting);
    waiting = setTimeout(refresh, 150);
  };
  const listFaults = () => {
    faultList.replaceChildren(...(strict && faults.length ? [make("ul", {}, ...faults.map((f) => {
      const target = f.holder.control();
      const link = make("a", { href: `#${target.id}`, textContent: f.says });
      link.addEventListener("click", (event) => { event.preventDefault(); target.focus(); });
      return make("li", {}, link);
    }))] : []));
  };
  const pull = (text) => {
    if (!plan.repository || !part("pull")) return;
    const [repository, branch] = plan.repository;
    const start = `${repository}/new/${branch}/${plan.file.replace(/\/$/, "")}?filename=${encodeURIComponent(identifier())}.yml`;
    const address = `${start}&value=${encodeURIComponent(text)}`;
    part("pull").href = address.length > ADDRESS ? start : address;
    part("pull-long").textContent = address.length > ADDRESS ? texts["pull-long"] : "";
    part("pull-part").hidden = !text || faults.length > 0;
  };

  const stored = (change) => {
    try { return change(localStorage); } catch { return null; /* storage may be disabled in the browser */ }
  };
  const tellDraft = (text) => { if (part("draft-status").textContent !== text) part("draft-status").textContent = text; };
  const keep = (values) => stored((store) => {
    store.setItem(DRAFT, JSON.stringify({ id: idPart.own ? identifier() : "", values }));
    if (!part("draft-status").textContent) tellDraft(texts["draft-kept"]);
  });
  const forget = () => {
    stored((store) => store.removeItem(DRAFT));
    tellDraft("");
  };
  draft.addEventListener("change", () => draft.checked ? refresh() : forget());
  const restore = () => {
    const kept = stored((store) => JSON.parse(store.getItem(DRAFT)));
    if (!kept) return;
    body.write(kept.values);
    if (kept.id) idPart.write(kept.id);
    idPart.own = Boolean(kept.id);
    draft.checked = true;
    tellDraft(texts.restored);
  };

  part("check").addEventListener("click", () => {
    strict = true;
    refresh();
    if (faults.length) faultList.focus();
  });
  part("download").addEventListener("click", () => {
    const address = URL.createObjectURL(new Blob([part("yaml").textContent], { type: "application/yaml" }));
    make("a", { href: address, download: `${identifier() || "project"}.yml` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  });
  part("clear").addEventListener("click", () => {
    forget();
    draft.checked = false;
    build();
    form.querySelector("input").focus();
  });

  if (part("rules") && location.protocol === "file:") part("rules-part").hidden = true;
  else if (part("rules")) {
    const engine = window.hankelodEngine(root, plan.engine, (text) => { remarks.textContent = text; });
    let context = null;
    part("rules").addEventListener("click", async () => {
      part("rules").disabled = true;
      refresh();
      try {
        context ??= (await (await fetch(`${root}context.jsonld`)).json())["@context"];
        const nodes = {};
        const told = { "@context": context, ...complete(plan.class, record, identifier() || "new", nodes) };
        const { found } = await engine.remarks(told, plan.rules, nodes);
        const said = new Map(found.map((f) => [`${f.rule.code} ${f.focus} ${f.value}`, f]));
        remarks.replaceChildren(make("p", { textContent: said.size ? texts["rules-found"] : texts["rules-none"] }), make("ul", {}, ...[...said.values()].map(({ rule, value }) =>
          make("li", {}, make("strong", { textContent: rule.says.replace("{value}", value) }), ` ${rule.fix} `, make("span", { className: "fine", textContent: rule.why })))));
        if (!said.size) remarks.querySelector("ul").remove();
      } catch (error) {
        remarks.textContent = error.message;
      }
      part("rules").disabled = false;
    });
  }

  window.hankelodIds = (ids) => {
    taken = new Set(ids);
    later();
  };
  const load = (path) => document.head.append(make("script", { src: root + path }));

  const build = () => {
    idPart = { ...one(idField), own: false };
    body = object(plan.class, 0);
    idPart.holder.node.addEventListener("input", () => { idPart.own = identifier() !== ""; });
    form.replaceChildren(...body.nodes, make("section", { className: "group last" }, idPart.holder.node));
    strict = false;
    refresh();
  };
  window.hankelodNames = (found) => {
    names = found;
    for (const [kind, some] of Object.entries(names)) {
      whole.append(make("datalist", { id: `names-${kind}` }, ...Object.keys(some).map((id) => make("option", { value: called({ target: kind }, id) }))));
    }
    build();
    whole.hidden = false;
    restore();
    refresh();
    load(plan.ids);
  };
  form.addEventListener("input", later);
  // Check after a pause in typing.
  form.addEventListener("input", (event) => {
    clearTimeout(pause);
    pause = setTimeout(() => {
      holders.get(event.target.closest(".field"))?.();
      refresh();
    }, PAUSE);
  });
  form.addEventListener("change", later);
  form.addEventListener("submit", (event) => event.preventDefault());
}
