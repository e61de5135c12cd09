// A record as YAML, as people write it in this project: texts in quotation marks, ids, numbers and months plain.
"use strict";

window.hankelodYaml = (() => {
  const PLAIN = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/; // an id
  const WORDS = new Set(["true", "false", "null", "yes", "no", "on", "off", "y", "n"]); // no text to some readers
  const quoted = (text) => JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029\ufeff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
  // A value that is written bare: a number, month or boolean, whose text is in the right form already.
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
  return { Bare, write: (record) => lines(record, "").map((line) => `${line}\n`).join("") };
})();
