// Records as YAML in the style of the dataset: texts in quotation marks; ids, numbers and months plain.
"use strict";

window.hankelodYaml = (() => {
  const PLAIN = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/; // an id
  const WORDS = new Set(["true", "false", "null", "yes", "no", "on", "off", "y", "n"]); // not strings in some YAML parsers
  const quoted = (text) => JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029\ufeff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
  // Value written without quotes: a number, month or boolean already in its lexical form.
  class Bare {
    constructor(text) { this.text = text; }
  }
  const scalar = (value) => value instanceof Bare ? value.text : PLAIN.test(value) && !WORDS.has(value) ? value : quoted(value);
  const isScalar = (value) => value instanceof Bare || typeof value === "string";
  const lines = (value, indent) => Object.entries(value).flatMap(([key, each]) => {
    if (isScalar(each)) return [`${indent}${key}: ${scalar(each)}`];
    if (!Array.isArray(each)) return [`${indent}${key}:`, ...lines(each, `${indent}  `)];
    if (each.every(isScalar)) return [`${indent}${key}: [${each.map(scalar).join(", ")}]`];
    return [`${indent}${key}:`, ...each.flatMap((member) => {
      const [first, ...rest] = lines(member, `${indent}    `);
      return [`${indent}  - ${first.trimStart()}`, ...rest];
    })];
  });
  const write = (record) => lines(record, "").map((line) => `${line}\n`).join("");
  // Values of a record in the style of their kinds: what all readers of YAML agree on is bare.
  const styled = (plan, cls, values) => Object.fromEntries(Object.entries(values).map(([key, value]) => {
    const field = cls.fields.find((f) => f.key === key);
    if (!field) return [key, value];
    if (field.kind === "part") return [key, Array.isArray(value) ? value.map((each) => styled(plan, plan.classes[field.target], each)) : styled(plan, plan.classes[field.target], value)];
    const { plain } = plan.kinds[field.kind] ?? {};
    if (!plain) return [key, value];
    const pattern = new RegExp(`^(?:${plain})$`);
    const bare = (text) => pattern.test(text) ? new Bare(text) : text;
    return [key, Array.isArray(value) ? value.map(bare) : bare(value)];
  }));
  // The file of a record of a class.
  const file = (plan, name, values) => `# yaml-language-server: $schema=${plan.schemas[name]}\n${write(styled(plan, plan.classes[name], values))}`;
  return { file };
})();
