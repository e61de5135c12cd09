// Verdict on a record: the problems that `hankelod validate` reports, by the plan of the form, which is made of the same
// model. The order is that of validation: what the reader of records reports, then the shapes, then the rules in SPARQL,
// whose solutions come from the query engine (rules.js).
"use strict";

window.hankelodVerdict = (plan) => {
  const whole = (pattern) => new RegExp(`^(?:${pattern})$`, "u");
  const LEXICAL = Object.fromEntries(Object.entries(plan.kinds).filter(([, kind]) => kind.lexical).map(([name, kind]) => [name, whole(kind.lexical)]));
  const FORBIDDEN = new RegExp(plan.forbidden, "u"), DOUBTFUL = new RegExp(plan.doubtful, "gu");
  const ID = new RegExp(plan.id), NAME = /^[A-Za-z0-9_-]+$/;
  const SEVERITIES = ["violation", "warning", "info"];
  const RANK = { Datatype: 0, In: 1, Pattern: 2, MinLength: 3, MaxLength: 3, MinExclusive: 4, MinInclusive: 4, MaxInclusive: 4, MaxExclusive: 4, SPARQL: 5 };

  /* Values */

  // A decimal as a whole number of its last place and the number of its places, for exact comparison.
  const scaled = (text) => {
    const [, sign, before, after = ""] = /^([+-]?)([0-9]*)(?:\.([0-9]*))?$/.exec(text) ?? [];
    return before === undefined ? null : { n: BigInt(`${before}${after}` || "0") * (sign === "-" ? -1n : 1n), places: after.length };
  };
  const compared = (one, other) => {
    const a = scaled(one), b = scaled(other);
    if (!a || !b) return NaN;
    const most = Math.max(a.places, b.places);
    const x = a.n * 10n ** BigInt(most - a.places), y = b.n * 10n ** BigInt(most - b.places);
    return x < y ? -1 : x > y ? 1 : 0;
  };
  const LIMITS = {
    minInclusive: ["MinInclusive", (value, limit) => compared(value, limit) >= 0],
    minExclusive: ["MinExclusive", (value, limit) => compared(value, limit) > 0],
    maxInclusive: ["MaxInclusive", (value, limit) => compared(value, limit) <= 0],
    maxExclusive: ["MaxExclusive", (value, limit) => compared(value, limit) < 0],
    minLength: ["MinLength", (value, limit) => [...value].length >= Number(limit)],
    maxLength: ["MaxLength", (value, limit) => [...value].length <= Number(limit)],
  };
  const lastDay = (year, month) => new Date(Date.UTC(2000 + Number(year) % 400, Number(month), 0)).getUTCDate();
  // The first or the last day of a year, month or day; null where the calendar has it not.
  const bound = (date, last) => {
    const [, year, month = last ? "12" : "01", day] = /^([0-9]{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12][0-9]|3[01]))?)?$/.exec(date) ?? [];
    if (!year || (day && Number(day) > lastDay(year, month))) return null;
    return `${year}-${month}-${day ?? (last ? lastDay(year, month) : "01")}`;
  };
  // Whether a text has the lexical form of its datatype.
  const inForm = (field, text) => {
    const kind = plan.kinds[field.kind] ?? {};
    if (LEXICAL[field.kind] && !LEXICAL[field.kind].test(text)) return false;
    return !kind.dated || ((text.length !== 10 || bound(text, false) !== null) && !(kind.dated === "read" && text.startsWith("0000")));
  };

  /* Doubtful characters and hosts */

  const hex = (character) => `U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
  const JOINED = /[\p{L}\p{M}]/u, LATIN = /\p{Script=Latin}/u, EMOJI = /[\p{So}\p{Sk}]/u, FLAG = /\u{1f3f4}[\u{e0020}-\u{e007e}]+\u{e007f}/gu;
  const joins = (before, after) => {
    const previous = [...before.replace(/[\ufe0e\ufe0f]+$/u, "")].at(-1), following = [...after][0];
    if (!previous || !following) return false;
    return (EMOJI.test(previous) && /\p{So}/u.test(following)) || (JOINED.test(previous) && previous.codePointAt(0) >= 0x600 && !LATIN.test(previous));
  };
  const doubtful = (text) => {
    const flags = [...text.matchAll(FLAG)].map((m) => [m.index, m.index + m[0].length]);
    return new Set([...text.matchAll(DOUBTFUL)].filter(({ index, 0: c }) => !flags.some(([from, to]) => from <= index && index < to)
      && !(["\u200c", "\u200d"].includes(c) && joins(text.slice(0, index), text.slice(index + c.length)))).map((m) => m[0]));
  };
  const SCRIPTS = [["LATIN", /\p{Script=Latin}/u], ["CYRILLIC", /\p{Script=Cyrillic}/u], ["GREEK", /\p{Script=Greek}/u], ["ARMENIAN", /\p{Script=Armenian}/u], ["CHEROKEE", /\p{Script=Cherokee}/u]];
  const LIKE_LATIN = new Set(plan.likeLatin);
  const isLookalike = (label) => {
    if (/^[\x00-\x7f]*$/.test(label)) return false;
    if (/[\p{Cf}\p{Cc}\p{Cn}\p{Co}\p{Mn}\p{Me}\p{Zs}]/u.test(label) || label.normalize("NFKC") !== label.normalize("NFC")) return true;
    const letters = [...label].filter((c) => /\p{L}/u.test(c));
    const scripts = new Set(letters.map((c) => SCRIPTS.find(([, of]) => of.test(c))?.[0] ?? "other"));
    const like = [...scripts].every((s) => ["CYRILLIC", "GREEK", "ARMENIAN"].includes(s)) && [...label.toLowerCase()].every((c) => /[0-9-]/.test(c) || LIKE_LATIN.has(c));
    return (scripts.has("LATIN") && scripts.size > 1) || (scripts.size > 0 && like) || [...scripts].filter((s) => s !== "other").length > 1;
  };
  const unpunycoded = (host) => {
    if (!/xn--/i.test(host)) return host;
    try { return new URL(`https://${host}`).hostname && host.split(".").map((l) => /^xn--/i.test(l) ? punycode(l.slice(4)) : l).join("."); } catch { return host; }
  };
  // A label of a host out of its ASCII form (RFC 3492).
  const punycode = (text) => {
    const cut = text.lastIndexOf("-"), out = cut > 0 ? [...text.slice(0, cut)] : [];
    let n = 128, i = 0, bias = 72;
    for (let at = cut > 0 ? cut + 1 : 0; at < text.length;) {
      const start = i;
      for (let w = 1, k = 36; ; k += 36) {
        const digit = "abcdefghijklmnopqrstuvwxyz0123456789".indexOf(text[at++]?.toLowerCase() ?? "?");
        if (digit < 0) return text;
        i += digit * w;
        const t = Math.min(26, Math.max(1, k - bias));
        if (digit < t) break;
        w *= 36 - t;
      }
      let delta = Math.floor((i - start) / (start ? 2 : 700)), k = 0;
      delta += Math.floor(delta / (out.length + 1));
      for (; delta > 455; k += 36) delta = Math.floor(delta / 35);
      bias = k + Math.floor(36 * delta / (delta + 38));
      n += Math.floor(i / (out.length + 1));
      i %= out.length + 1;
      if (n > 0x10ffff) return text;
      out.splice(i++, 0, String.fromCodePoint(n));
    }
    return out.join("");
  };
  const lookalike = (text) => {
    if (/^[\x00-\x7f]*$/.test(text) && !/@|xn--/i.test(text)) return null;
    const match = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/([^/?#]*@)?([^/?#@]*?)(?::[0-9]*)?(?:[/?#]|$)/u.exec(text);
    if (match?.[1]) return `${match[1]}${match[2]}`;
    const host = match ? match[2] : text;
    if (!match && !/(?<![a-z0-9-])xn--[a-z0-9-]+/i.test(text)) return null;
    return /[\u3002\uff0e\uff61]/u.test(host) || unpunycoded(host).split(".").some(isLookalike) ? host : null;
  };

  // The check digit of a number whose digits have weights; texts of another form are the pattern's.
  const digitsHold = (weights, text) => {
    const [, digits, last] = /^([0-9]+)-([0-9])$/.exec(text) ?? [];
    if (digits?.length !== weights.length) return true;
    const rest = weights.reduce((sum, weight, n) => sum + weight * Number(digits[n]), 0) % 11;
    return rest !== 1 && Number(last) === (rest ? 11 - rest : 0);
  };

  /* Reading */

  const dotted = (path) => path.reduce((out, step) => typeof step === "number" ? `${out}[${step}]` : out ? `${out}.${step}` : step, "");
  const startsWith = (path, start) => start.every((step, n) => path[n] === step);

  class Reading {
    constructor(cls, id, known) {
      Object.assign(this, { cls, id, known, problems: [], marred: [], parts: new Map(), kept: new Map(), shared: [] });
    }
    add(code, path, value, details = {}) {
      const severity = details.severity ?? plan.own[code].severity;
      this.problems.push({ code, path, value, severity, ...details });
      if (severity === "violation") this.marred.push(path);
    }
    broken(component, field, path, value) {
      this.add(field.code, path, value, { severity: field.severity, component, field });
    }
    thing(cls, values, path, identifier, ordinal, handed) {
      const given = { id: identifier };
      for (const key of Object.keys(values)) {
        if (key !== "id" && key !== "type" && !cls.fields.some((f) => f.key === key) && !cls.derived.includes(key)) this.add("unknown-key", [...path, key], values[key], { class: cls });
      }
      let mine = handed;
      const ordered = [...cls.fields].sort((a, b) => Boolean(b.default) - Boolean(a.default));
      for (const field of ordered) {
        if (values[field.key] === undefined) continue;
        const value = this.field(field, values[field.key], [...path, field.key], identifier, given, mine);
        if (value === undefined) continue;
        given[field.key] = value;
        if (field.default && (!field.pattern || new RegExp(field.pattern, "u").test(value))) mine = { ...mine, [field.default[0]]: value };
      }
      if (!path.length) this.shareOut(given);
      for (const field of cls.fields) {
        if (field.kind === "class" && given[field.key] === undefined) {
          if (field.required && values[field.key] === undefined) this.broken("MinCount", field, [...path, field.key]);
          given[field.key] = field.words[0][0];
        }
        const [name, ...beside] = field.default ?? [];
        if (name && given[field.key] === undefined && handed[name] !== undefined && (!beside.length || beside.some((key) => given[key] !== undefined))) given[field.key] = handed[name];
      }
      if (cls.position) given[cls.position] = ordinal;
      this.parts.set(identifier, { cls, values: given, path });
      return given;
    }
    field(field, value, path, identifier, siblings, handed) {
      if (!field.many) return this.value(field, value, path, identifier, 1, siblings, handed, new Set());
      const ids = new Set(), seen = new Set(), read = [];
      if (!Array.isArray(value)) return void this.add("wrong-kind", path, String(value), { field });
      value.forEach((each, n) => {
        if (field.among && this.shares(field, String(each), [...path, n])) return;
        const found = this.value(field, each, [...path, n], identifier, n + 1, siblings, handed, ids);
        if (found === undefined) return void this.marred.push([...path, n]);
        if (typeof found === "string" && seen.has(found)) return this.add("duplicate-value", [...path, n], found, { field });
        seen.add(found);
        read.push(found);
        this.index(path, read.length - 1, n);
      });
      return read.length ? read : undefined;
    }
    index(path, read, written) {
      (this.kept.get(dotted(path)) ?? this.kept.set(dotted(path), []).get(dotted(path)))[read] = written;
    }
    // The path in the file of an item of a list: the list lacks items that are no values, and has those that are
    // written under another key.
    written(path, n) {
      const at = this.kept.get(dotted(path))?.[n] ?? n;
      return Array.isArray(at) ? at : [...path, at];
    }
    // Whether a code goes to another key; one that could go to several is reported.
    shares(field, text, path) {
      const code = text.toLowerCase();
      const others = field.among.map((key) => this.cls.fields.find((f) => f.key === key)).filter((f) => this.known.has(f.target, code));
      const keys = [...(field.target && this.known.has(field.target, code) ? [field] : []), ...others].map((f) => f.key);
      if (others.length && keys.length > 1) this.add("ambiguous-code", path, text, { field, words: { expected: keys.join(", ") } });
      else if (others.length) this.shared.push({ field: others[0], path, code, text });
      return others.length > 0;
    }
    shareOut(values) {
      for (const { field, path, code, text } of this.shared) {
        const listed = values[field.key] ?? [];
        if (listed.includes(code)) {
          this.add("duplicate-value", path, text, { field });
          continue;
        }
        values[field.key] = [...listed, code];
        this.index([field.key], listed.length, path);
      }
    }
    value(field, value, path, identifier, ordinal, siblings, handed, ids) {
      if (field.kind === "langtext") return this.langtext(field, value, path);
      if (field.kind === "part") {
        const cls = plan.classes[field.target];
        return this.thing(cls, value, path, this.partId(value, path, `${identifier}/${cls.segment}/`, ordinal, ids), ordinal, handed);
      }
      return this.scalar(field, String(value), path, siblings);
    }
    partId(value, path, prefix, ordinal, ids) {
      let part = String(ordinal);
      if (value.id !== undefined) {
        const local = value.id.startsWith(prefix) ? value.id.slice(prefix.length) : value.id;
        if (ID.test(local)) part = local;
        else this.add("bad-id", [...path, "id"], value.id);
      }
      let id = prefix + part;
      if (ids.has(id)) this.add("duplicate-id", [...path, "id"], part);
      while (ids.has(id)) id += `-${ordinal}`;
      ids.add(id);
      return id;
    }
    langtext(field, texts, path) {
      const read = {};
      let known = true;
      for (const [code, text] of Object.entries(texts)) {
        if (!field.languages.includes(code)) {
          known = false;
          this.add("unknown-key", [...path, code], text, { field });
        } else if (!text.trim()) this.add("empty-value", [...path, code], text, { field });
        else {
          read[code] = text;
          this.doubts(field, text, [...path, code], false);
        }
      }
      if (!Object.keys(read).length) return undefined;
      if (known && !field.verbatim) {
        if (!plan.national.some((code) => read[code])) this.add("no-national-language", path, undefined, { field });
        else {
          const missing = plan.order.filter((code) => field.languages.includes(code) && !read[code]);
          if (missing.length && !this.marred.some((bad) => startsWith(bad, path))) this.add("missing-language", path, undefined, { field, missing });
        }
      }
      return read;
    }
    doubts(field, text, path, address) {
      for (const c of doubtful(text)) this.add(c === "\ufffd" ? "replacement-character" : "invisible-character", path, text, { field, about: hex(c) });
      const host = address ? lookalike(text) : null;
      if (host) this.add("lookalike-host", path, text, { field, about: host });
    }
    scalar(field, written, path, siblings) {
      if (field.kind === "reference") return this.reference(field, written, path, siblings);
      if (field.kind === "relative") {
        const [segment, ...rest] = written.split("/");
        if (!field.among && this.known.has(segment, rest.join("/"))) return written; // a code that goes to another key has gone there already
        return void this.add("unknown-reference", path, written, { field });
      }
      if (field.kind === "class") {
        if (field.words.some(([word]) => word === written)) return written;
        this.broken("In", field, path, written);
        return field.words[0][0];
      }
      const text = field.space && NAME.test(written) ? field.space + written : written;
      const kind = plan.kinds[field.kind] ?? {};
      if (kind.refused && (kind.dated ? text.startsWith("0000") : !inForm(field, text))) {
        return void (kind.refused === "wrong-kind" ? this.add("wrong-kind", path, text, { field }) : this.broken(kind.refused, field, path, text));
      }
      if (field.digits && !digitsHold(field.digits, text)) return void this.add("business-id-check", path, text, { field });
      this.doubts(field, text, path, true);
      return text;
    }
    reference(field, text, path, siblings) {
      const segment = field.target;
      let id = field.within && siblings[field.within[0]] && !text.includes("/") ? `${siblings[field.within[0]]}/${field.within[1]}/${text}` : text;
      if (field.cased) id = text.toLowerCase();
      if (this.known.has(segment, id)) return id;
      return void this.add("unknown-reference", path, text, { field });
    }
  }

  /* Key paths of remarks */

  const lost = (cls, values, text) => {
    const steps = text.split(".");
    for (let n = 0; n < steps.length; n++) {
      const [, key, item] = /^([^.[\]]+)(?:\[([^[\]]+)\])?$/u.exec(steps[n]) ?? [];
      const field = cls.fields.find((f) => f.key === key);
      if (!field) return !cls.derived.includes(key) || n < steps.length - 1 || item !== undefined;
      if (field.kind !== "part") {
        if (item !== undefined && !(Array.isArray(values[key]) && values[key].map(String).includes(item))) return true;
        const rest = steps.slice(n + 1);
        return rest.length > 0 && (rest.length > 1 || !(field.languages ?? []).includes(rest[0]));
      }
      const parts = values[key] === undefined ? [] : Array.isArray(values[key]) ? values[key] : [values[key]];
      const ids = parts.map((each) => each.id.split("/").at(-1));
      if (item === undefined && field.many) return n < steps.length - 1;
      if (item !== undefined && !ids.includes(item)) return true;
      if (!parts.length) return n < steps.length - 1;
      values = parts[item === undefined ? 0 : ids.indexOf(item)];
      cls = plan.classes[field.target];
      if (n === steps.length - 1) return false;
    }
    return true;
  };

  // Read the values of a record. `known.has(segment, id)` says whether a thing exists.
  const read = (name, id, values, known) => {
    const cls = plan.classes[name];
    const reading = new Reading(cls, id, known);
    const bad = forbidden(values);
    if (bad) {
      reading.add("forbidden-character", bad.path, hex(bad.character), { unreadable: true });
      return reading;
    }
    reading.values = reading.thing(cls, values, [], id, 0, plan.given);
    for (const field of cls.fields.filter((f) => f.kind === "part")) {
      const target = plan.classes[field.target];
      for (const pointing of target.pointing) {
        (reading.values[field.key] ?? []).forEach((part, n) => {
          const text = part[pointing];
          if (text === undefined || !lost(cls, reading.values, text)) return;
          delete part[pointing];
          const key = text.split(/[.[]/)[0];
          const written = reading.written([field.key], n).at(-1);
          const path = [field.key, written, pointing];
          if (reading.marred.some((each) => each[0] === key)) reading.marred.push(path); // it may lead to what is invalid, which is reported
          else reading.add("unknown-key-path", path, text, { field: target.fields.find((f) => f.key === pointing) });
        });
      }
    }
    return reading;
  };
  const forbidden = (value, path = []) => {
    if (typeof value === "string") {
      const found = value.match(FORBIDDEN);
      return found ? { path, character: found[0] } : null;
    }
    for (const [key, each] of Object.entries(value ?? {})) {
      const found = forbidden(each, [...path, Array.isArray(value) ? Number(key) : key]);
      if (found) return found;
    }
    return null;
  };

  /* Shapes */

  // The worst component that one value breaks of a shape, or null.
  const brokenBy = (shape, field, value) => {
    if (shape === field && field.kind !== "reference" && field.kind !== "langtext" && !inForm(field, value)) return "Datatype";
    if (shape.pattern && !new RegExp(shape.pattern, "u").test(value)) return "Pattern";
    if (shape.only && !shape.only.includes(value)) return "In";
    const found = Object.entries(shape.limits ?? {}).find(([term, limit]) => !LIMITS[term][1](value, limit));
    return found ? LIMITS[found[0]][0] : null;
  };
  const listed = (value) => value === undefined ? [] : Array.isArray(value) ? value.map((v, n) => [v, n]) : [[value, null]];
  const ofShapes = (reading) => {
    const found = [];
    for (const { cls, values, path } of reading.parts.values()) {
      const at = (key, n) => n === null || n === undefined ? [...path, key] : reading.written([...path, key], n);
      for (const shape of [...cls.fields, ...cls.shapes]) {
        const field = shape.kind ? shape : cls.fields.find((f) => f.key === shape.key);
        if (!field || field.kind === "class") continue;
        const value = values[field.key];
        const about = { code: shape.code, severity: shape.severity, shape, field };
        const texts = field.kind === "langtext" ? Object.entries(value ?? {}).map(([code, text]) => [text, code]) : listed(value);
        if (shape.least && texts.length < shape.least) found.push({ ...about, component: "MinCount", path: [...path, field.key] });
        if (field.kind === "part") continue;
        for (const [each, n] of texts) {
          const component = brokenBy(shape, field, each);
          const place = field.kind === "langtext" ? [...path, field.key, n] : at(field.key, n);
          if (component) found.push({ ...about, component, path: place, value: each });
          if ((shape.apart ?? []).some((key) => listed(values[key]).some(([other]) => other === each))) found.push({ ...about, component: "Disjoint", path: place, value: each });
        }
      }
      for (const check of cls.alternatives) {
        if (check.keys.every((key) => values[key] === undefined)) found.push({ code: check.code, severity: check.severity, shape: check, component: "Or", path: [...path, check.key] });
      }
    }
    return found;
  };
  // The problems of a reading, with the solutions of the rules: at most one violation at each place, the most basic one.
  const judged = (reading, solutions = []) => {
    if (!reading.values) return reading.problems;
    const results = ofShapes(reading);
    for (const { code, focus, value } of solutions) {
      const part = reading.parts.get(focus);
      const check = part?.cls.rules.find((rule) => rule.code === code);
      if (!check) continue;
      const n = listed(part.values[check.key]).findIndex(([each, at]) => at !== null && value && (value === each || value.endsWith(`/${each}`)));
      const path = n < 0 ? [...part.path, check.key] : reading.written([...part.path, check.key], n);
      results.push({ code, severity: check.severity, shape: check, component: "SPARQL", path, value, rule: true });
    }
    const bad = (path) => reading.marred.some((each) => startsWith(each, path));
    const best = new Map();
    for (const result of results) {
      const { path, shape, code, severity } = result;
      if (bad(path) || (shape.keys ?? []).some((key) => bad([...path.slice(0, -1), key]))) continue;
      const rank = [SEVERITIES.indexOf(severity), RANK[result.component] ?? 9, shape.keys ? 1 : 0, code];
      const key = `${dotted(path)} ${severity === "violation" ? "" : code}`;
      const before = best.get(key);
      if (!before || rank.some((each, n) => each !== before.rank[n] && rank.slice(0, n).every((e, m) => e === before.rank[m]) && each < before.rank[n])) best.set(key, { ...result, rank });
    }
    const violated = new Set([...best.values()].filter((b) => b.severity === "violation").map((b) => dotted(b.path)));
    return [...reading.problems, ...[...best.values()].filter((b) => b.severity === "violation" || !violated.has(dotted(b.path)))];
  };

  /* The graph of a reading, as a complete record in JSON-LD */

  const typed = (value, { precisions, coerced }) => {
    const datatype = precisions[value.length] ?? precisions[10];
    return datatype === coerced ? value : { "@value": value, "@type": datatype };
  };
  const typeOf = (cls, values) => {
    if (cls.typed !== "type") return cls.written[values[cls.typed]];
    const rule = cls.types.find(([, key, value]) => key === null || (values[key] !== undefined && (value === null || values[key] === value))) ?? cls.types.at(-1);
    return cls.written[rule[0]];
  };
  const complete = (cls, values) => {
    const out = { id: values.id, type: typeOf(cls, values) };
    for (const [key, way, from] of cls.filled) {
      const source = values[from[0]];
      const named = way === "areas" ? from.flatMap((k, n) => n % 2 ? [] : (values[k] ?? []).map((each) => `${from[n + 1]}${each}`)) : [];
      const value = way === "first-day" || way === "last-day" ? source && bound(source, way === "last-day")
        : way === "within" ? source && from[1] + source : way === "areas" ? named.length && named
        : way === "cast" ? /^[0-9]+$/.test(source ?? "") && Number(source) : null;
      if (value) out[key] = value;
    }
    if (cls.position) out[cls.position] = values[cls.position];
    for (const field of cls.fields) {
      const value = values[field.key];
      if (value === undefined || field.kind === "class") continue;
      const one = (each) => field.kind === "part" ? complete(plan.classes[field.target], each) : field.kind === "boolean" ? each === "true"
        : plan.kinds[field.kind]?.precisions ? typed(each, plan.kinds[field.kind]) : each;
      out[field.key] = Array.isArray(value) ? value.map(one) : one(value);
    }
    return out;
  };

  return { read, judged, complete: (reading) => complete(reading.cls, reading.values), dotted, inForm, compared };
};
