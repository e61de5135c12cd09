// Controls of the form, made from the plan: each field reads, writes and says where a path within it is shown.
"use strict";

// `names` are the names of things by segment and id, `fresh` those of new ones, `say` fills in a text, `changed` is called after what is no input.
window.hankelodFields = ({ plan, names, fresh, say, changed }) => {
  const { texts } = plan;
  const FEW = 20;
  const renewals = []; // of lists that depend on another field
  let count = 0;

  const make = (name, properties = {}, ...inside) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(properties)) key in made ? made[key] = value : made.setAttribute(key, value);
    made.append(...inside);
    return made;
  };
  const filled = (value) => value !== undefined;
  const lang = document.documentElement.lang;
  const slug = (text, words = Infinity) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").split("-").slice(0, words).join("-").slice(0, 99).replace(/-$/, "");

  // Frame of a control: label, hint, and the place for its problems. With `group`, controls have a legend.
  const framed = (field, controls, group) => {
    const id = `field-${++count}`;
    const typed = field.kind === "reference" && !isChoice(field);
    const kind = texts[`hint-${field.kind}`];
    const hint = [field.description, typed ? texts["from-list"] : kind ?? (field.example && say("example", { value: field.example }))].filter(Boolean).join(" ");
    const optional = field.required || field.either || field.kind === "boolean" ? [] : [make("span", { className: "fine", textContent: ` (${texts.optional})` })];
    const told = make("p", { id: `${id}-told`, className: "fine", textContent: hint });
    const wrong = make("div", { id: `${id}-wrong`, className: "wrong" });
    const label = group ? make("legend", {}, field.label, ...optional) : make("label", { htmlFor: id }, field.label, ...optional);
    const node = make(group ? "fieldset" : "div", { className: "field" }, label, told, ...controls(id, `${id}-told ${id}-wrong`), wrong);
    const holder = { node, wrong, field, touched: false, control: () => node.querySelector("input, select, textarea, button") };
    node.holder = holder;
    node.addEventListener("focusout", () => { holder.touched = true; changed(); });
    return holder;
  };

  const named = (segment) => Object.entries(names[segment] ?? {}).sort((a, b) => a[1].localeCompare(b[1], lang));
  const options = (field) => field.words ?? field.values ?? named(field.target);
  // Short lists of names are select elements, long ones are typed with suggestions; what may be added to is typed too.
  const isChoice = (field) => Boolean(field.words || field.values || field.concept || field.within)
    || (field.kind === "reference" && !plan.new.some((name) => plan.classes[name].segment === field.target) && Object.keys(names[field.target] ?? {}).length <= FEW);
  const called = (field, id) => {
    const name = names[field.target]?.[id];
    if (!name) return fresh[field.target]?.[id] ?? id;
    return Object.values(names[field.target]).filter((other) => other === name).length > 1 ? `${name} (${id})` : name;
  };
  // The id of a typed name; what would be the id of the name is accepted too, because ids are derived from names.
  const meant = (field, text) => {
    const wanted = text.toLocaleLowerCase(lang), id = slug(text), known = { ...fresh[field.target], ...names[field.target] };
    return Object.keys(known).find((each) => called(field, each).toLocaleLowerCase(lang) === wanted) ?? (Object.hasOwn(known, id) ? id : text);
  };
  const plain = (text) => text.normalize("NFC").replace(/\r\n?/g, "\n").trim();
  // Numbers without spaces and currency, with a decimal point.
  const tidied = (field, text) => plan.kinds[field.kind]?.numeric ? plain(text).replace(/[\s\u00a0\u202f\p{Sc}]/gu, "").replace(/^([^,]*),([^,]*)$/, "$1.$2").replace("\u2212", "-") : plain(text);

  // A button that opens the browser's own calendar, where it has one of this precision.
  const picker = (field, box) => {
    const type = { month: "month", moment: "month", date: "date" }[field.kind];
    const own = type && make("input", { type, tabIndex: -1, className: "calendar", "aria-hidden": "true" });
    if (!own || own.type !== type || !own.showPicker) return [];
    own.addEventListener("change", () => {
      box.value = own.value;
      box.dispatchEvent(new Event("input", { bubbles: true }));
      box.focus();
    });
    const button = make("button", { type: "button", className: "pick", textContent: texts.pick });
    button.addEventListener("click", () => { own.value = box.value.slice(0, type === "month" ? 7 : 10); own.showPicker(); });
    return [button, own];
  };

  // Control of a field with a single value; `node` is what is labelled, `nodes` all of it.
  const control = (field, id, described, siblings) => {
    const about = { id, "aria-describedby": described };
    if (isChoice(field)) {
      const select = make("select", about);
      const list = () => field.within ? named(field.target).map(([whole, name]) => [whole, name]).filter(([whole]) => whole.startsWith(`${siblings?.()?.[field.within[0]]}/`)).map(([whole, name]) => [whole.split("/").at(-1), name]) : options(field);
      const fill = (kept) => select.replaceChildren(make("option", { value: "", textContent: texts.choose }), ...list().map(([value, label]) => make("option", { value, textContent: label })),
        ...(kept && !list().some(([value]) => value === kept) ? [make("option", { value: kept, textContent: kept })] : []));
      fill();
      let before = "";
      if (field.within) renewals.push(() => {
        const now = JSON.stringify(list());
        if (now === before) return;
        const kept = select.value;
        before = now;
        fill(kept);
        select.value = kept;
      });
      return { node: select, nodes: [select], read: () => select.value || undefined, write: (value) => { fill(value); select.value = value; } };
    }
    if (field.kind === "boolean") {
      const box = make("input", { ...about, type: "checkbox" });
      let no;
      return { node: box, nodes: [box], read: () => box.checked ? "true" : no, write: (value) => { box.checked = value === "true"; no = value === "false" ? value : undefined; } };
    }
    const box = make(field.long ? "textarea" : "input", { ...about, ...(field.long ? { rows: 4 } : { type: "text" }) });
    if (plan.kinds[field.kind]?.numeric) box.inputMode = "decimal";
    if (field.kind === "iri") box.inputMode = "url";
    const extra = picker(field, box);
    const nodes = extra.length ? [make("div", { className: "dated" }, box, ...extra)] : [box];
    if (field.kind === "reference") {
      box.setAttribute("list", `names-${field.target}`);
      return { node: box, nodes, read: () => box.value.trim() ? meant(field, plain(box.value)) : undefined, write: (value) => { box.value = called(field, value); } };
    }
    return { node: box, nodes, read: () => tidied(field, box.value) || undefined, write: (value) => { box.value = value; } };
  };

  const one = (field, siblings) => {
    let held;
    const holder = framed(field, (id, described) => (held = control(field, id, described, siblings)).nodes);
    if (field.kind === "boolean") holder.node.classList.add("tick");
    return { node: holder.node, holder, read: held.read, write: held.write, place: () => ({ holder, write: held.write }) };
  };

  const byLanguage = (field) => {
    const held = {};
    let others = {}; // languages that the field does not have
    const holder = framed(field, (id, described) => field.languages.map((code) => {
      held[code] = control({ ...field, kind: "text" }, `${id}-${code}`, described);
      held[code].node.lang = code;
      return make("div", { className: "language" }, make("label", { htmlFor: `${id}-${code}`, textContent: plan.languages[code] ?? code }), held[code].node);
    }), true);
    const read = () => {
      const found = { ...Object.fromEntries(Object.entries(held).map(([code, each]) => [code, each.read()]).filter(([, text]) => filled(text))), ...others };
      return Object.keys(found).length ? found : undefined;
    };
    const write = (value) => {
      others = {};
      for (const [code, text] of Object.entries(value)) held[code] ? held[code].write(text) : others[code] = text;
    };
    return { node: holder.node, holder, read, write, place: ([code]) => ({ holder, write: held[code]?.write }) };
  };

  const ticks = (field) => {
    const boxes = [];
    let others = []; // values that are not in the list
    const holder = framed(field, (id, described) => [make("div", { className: "ticks" }, ...options(field).map(([value, label], n) => {
      const box = make("input", { type: "checkbox", id: `${id}-${n}`, value, "aria-describedby": described });
      boxes.push(box);
      return make("label", { htmlFor: box.id }, box, ` ${label}`);
    }))], true);
    let order = [];
    const read = () => {
      const ticked = boxes.filter((b) => b.checked).map((b) => b.value);
      const found = [...order.filter((v) => ticked.includes(v) || others.includes(v)), ...ticked.filter((v) => !order.includes(v))];
      return found.length ? found : undefined;
    };
    const write = (value) => {
      order = value;
      others = value.filter((v) => !boxes.some((b) => b.value === v));
      for (const box of boxes) box.checked = value.includes(box.value);
    };
    return { node: holder.node, holder, read, write, place: () => ({ holder }) };
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
      const remove = make("button", { type: "button", className: "remove", textContent: "×", "aria-label": say("remove", { label: say("number-of", { label: field.label.toLocaleLowerCase(), n: rows.length + 1 }) }) });
      const row = { ...held, line: make("div", { className: "row" }, ...held.nodes, remove) };
      remove.addEventListener("click", () => {
        rows.splice(rows.indexOf(row), 1);
        row.line.remove();
        button.focus();
        changed();
      });
      rows.push(row);
      list.append(row.line);
      return row;
    };
    const holder = framed(field, (_, about) => { described = about; return [list, button]; }, true);
    button.addEventListener("click", () => add().node.focus());
    add();
    const full = () => rows.filter((row) => filled(row.read()));
    const read = () => full().length ? full().map((row) => row.read()) : undefined;
    const write = (value) => {
      for (const row of rows.splice(0)) row.line.remove();
      for (const each of value) add().write(each);
    };
    return { node: holder.node, holder, read, write, place: ([n]) => ({ holder, write: full()[n]?.write }) };
  };

  // Parts: things nested in the record, each with its own form.
  const parts = (field, level) => {
    const cls = plan.classes[field.target];
    const held = [];
    const list = make("div", { className: "parts" });
    const button = make("button", { type: "button", textContent: say("add", { label: cls.label.toLocaleLowerCase() }) });
    const renumber = () => held.forEach((h, n) => {
      h.legend.textContent = say("number-of", { label: cls.label, n: n + 1 });
      h.remove.textContent = say("remove", { label: say("number-of", { label: cls.label.toLocaleLowerCase(), n: n + 1 }) });
    });
    const add = () => {
      const inside = object(field.target, level + 1);
      const legend = make("legend");
      const remove = make("button", { type: "button", className: "remove" });
      const each = { ...inside, legend, remove, box: make("fieldset", { className: "part" }, legend, ...inside.nodes, remove) };
      remove.addEventListener("click", () => {
        held.splice(held.indexOf(each), 1);
        each.box.remove();
        renumber();
        button.focus();
        changed();
      });
      held.push(each);
      list.append(each.box);
      renumber();
      return each;
    };
    const holder = framed(field, () => field.many ? [list, button] : [list], true);
    button.addEventListener("click", () => {
      add().box.querySelector("input, select, textarea").focus();
      changed();
    });
    if (field.required || !field.many) add();
    const full = () => held.filter((each) => filled(each.read()));
    const read = () => {
      const found = full().map((each) => each.read());
      return found.length ? (field.many ? found : found[0]) : undefined;
    };
    const write = (value) => {
      for (const each of held.splice(0)) each.box.remove();
      for (const each of field.many ? value : [value]) add().write(each);
    };
    const place = ([n, ...rest]) => {
      const part = field.many ? full()[n] : full()[0];
      return (part && (field.many ? rest : [n, ...rest]).length && part.place(field.many ? rest : [n, ...rest])) || { holder };
    };
    return { node: holder.node, holder, read, write, place };
  };

  const made = (field, level, siblings) => {
    if (field.kind === "part") return parts(field, level);
    if (field.kind === "langtext") return byLanguage(field);
    if (!field.many) return one(field, siblings);
    return isChoice(field) ? ticks(field) : several(field);
  };

  // All fields of a class, by group if it has groups; `sections` are those of the first level.
  const object = (name, level) => {
    const cls = plan.classes[name];
    const either = new Set(cls.alternatives.flatMap(({ keys }) => keys));
    let fields = [];
    let others = {}; // the id of a part, and keys that the form does not show
    const read = () => {
      const found = { ...others };
      let any = false;
      for (const { field, read: value } of fields) {
        if (!filled(value())) continue;
        found[field.key] = value();
        any = true;
      }
      return any || Object.keys(others).length ? found : undefined;
    };
    fields = cls.fields.filter((field) => !field.unoffered).map((field) => {
      const shown = { ...field, either: either.has(field.key) };
      return { field, ...made(shown, level, () => Object.fromEntries(fields.filter((f) => f.field.kind === "reference").map((f) => [f.field.key, f.read()]))) };
    });
    const groups = plan.groups.filter(({ name: group }) => fields.some(({ field }) => field.group === group));
    const loose = fields.filter(({ field }) => !groups.some((g) => g.name === field.group));
    const sections = level ? [] : [
      ...groups.map(({ name: group, label }) => ({ label, fields: fields.filter(({ field }) => field.group === group) })),
      ...(loose.length ? [{ label: cls.label, fields: loose }] : []),
    ];
    return {
      nodes: fields.map((f) => f.node), fields, sections, read,
      place: ([key, ...rest]) => fields.find((f) => f.field.key === key)?.place(rest),
      write: (value) => {
        others = Object.fromEntries(Object.entries(value ?? {}).filter(([key]) => !fields.some((f) => f.field.key === key)));
        for (const f of fields) if (filled(value?.[f.field.key])) f.write(value[f.field.key]);
      },
    };
  };

  return { make, one, object, slug, called, renew: () => renewals.forEach((renewal) => renewal()) };
};
