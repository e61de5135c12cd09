// Judges JSON by JSON Schemas (2020-12) with Ajv in its defaults. The argument is a file with [[schema, [file, …]], …];
// of a file of JSON Lines, each line is a document; a file of YAML is read as YAML 1.2. Writes for each schema the number of documents and what is wrong.
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { Ajv2020 as Ajv } from "ajv/dist/2020.js";

const documents = (path) => {
  const text = readFileSync(path, "utf8");
  if (path.endsWith(".yml")) return [parse(text)];
  return path.endsWith(".jsonl") ? text.trim().split("\n").map((line) => JSON.parse(line)) : [JSON.parse(text)];
};

const verdicts = JSON.parse(readFileSync(process.argv[2], "utf8")).map(([schema, paths]) => {
  const logged = [];
  const logger = { log: () => {}, warn: (...words) => logged.push(words.join(" ")), error: (...words) => logged.push(words.join(" ")) };
  const validate = new Ajv({ logger }).compile(JSON.parse(readFileSync(schema, "utf8")));
  let count = 0;
  const errors = [...logged];
  for (const path of paths) {
    for (const document of documents(path)) {
      count += 1;
      if (!validate(document)) errors.push(`${path}: ${JSON.stringify(validate.errors.slice(0, 3))}`);
    }
  }
  return { schema, count, errors };
});
process.stdout.write(JSON.stringify(verdicts));
