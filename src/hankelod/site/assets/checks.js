// Checks of a single value against its shape: kind, pattern, length and limits, with the messages of the shape.
"use strict";

window.hankelodChecks = (plan) => {
  const lexical = Object.fromEntries(Object.entries(plan.kinds).filter(([, kind]) => kind.lexical).map(([name, kind]) => [name, new RegExp(`^(?:${kind.lexical})$`)]));
  const LIMITS = {
    minInclusive: ["MinInclusive", (value, limit) => Number(value) >= limit],
    minExclusive: ["MinExclusive", (value, limit) => Number(value) > limit],
    maxInclusive: ["MaxInclusive", (value, limit) => Number(value) <= limit],
    maxExclusive: ["MaxExclusive", (value, limit) => Number(value) < limit],
    minLength: ["MinLength", (value, limit) => [...value].length >= limit],
    maxLength: ["MaxLength", (value, limit) => [...value].length <= limit],
  };
  const forbidden = new RegExp(plan.forbidden, "u");
  const cut = (text) => [...text].length > 60 ? `${[...text].slice(0, 60).join("")}…` : text;
  const said = (words, values) => {
    const text = words.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "").replace(/\s+/g, " ").trim();
    return text.charAt(0).toUpperCase() + text.slice(1);
  };

  // Message of a violated constraint of a field.
  const broken = (component, field, value = "") => ({
    code: field.code, severity: "violation", says: said(plan.says[component], { label: field.label, value: cut(value) }), fix: field.fix ?? "", why: field.why ?? "",
  });
  // Message of a problem code outside the shapes.
  const own = (code, values) => {
    const told = plan.own[code];
    return { code, severity: told.severity, says: said(told.says, values), fix: values.fix ?? said(told.fix, values), why: said(told.why, values) };
  };
  // Normalise a value for the record: NFC, numbers without spaces and with a decimal point.
  const tidied = (field, text) => {
    const plain = text.normalize("NFC").replace(/\r\n?/g, "\n").trim();
    return plan.kinds[field.kind]?.numeric ? plain.replace(/[\s\u00a0\u202f\p{Sc}]/gu, "").replace(",", ".").replace("\u2212", "-") : plain;
  };
  // Return the first problem of a value, or null.
  const check = (field, value) => {
    const bad = value.match(forbidden);
    if (bad) return own("forbidden-character", { value: `U+${bad[0].codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}` });
    if (lexical[field.kind] && !lexical[field.kind].test(value)) return broken("Datatype", field, value);
    if (field.pattern && !new RegExp(field.pattern, "u").test(value)) return broken("Pattern", field, value);
    for (const [name, limit] of Object.entries(field.limits ?? {})) {
      const [component, holds] = LIMITS[name];
      if (!holds(value, Number(limit))) return broken(component, field, value);
    }
    return null;
  };
  return { broken, own, tidied, check };
};
