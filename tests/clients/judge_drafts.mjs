// The verdicts of the form on drafts: node judge_drafts.mjs DIST, where each line of the input is {"class", "id", "values"}
// in JSON; prints a line for each: {"file": its YAML, "problems": [[code, severity, path]…]}.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { pathToFileURL } from "node:url";

const dist = process.argv[2];
const text = (path) => readFileSync(join(dist, path), "utf8");
const script = (path, name) => new Function("window", name, text(path));
const page = text("contribute.html");
const plan = JSON.parse(page.match(/<script type="application\/json" id="plan">(.*)<\/script>/)[1]);
const given = {};
const take = (path, name) => new Function(name, text(path))((...values) => { given[name] = values; });
take(page.match(/search\/names-[\w-]+\.js/)[0], "hankelodNames");
take(plan.engine.rules, "hankelodRules");
const window = {};
for (const asset of ["yaml.js", "verdict.js", "conditions.js"]) script(`assets/${asset}`, "document")(window, {});
const module = await import(pathToFileURL(join(dist, plan.engine.module)).href);
await module.default({ module_or_path: gunzipSync(readFileSync(join(dist, plan.engine.packed))) });
const conditions = window.hankelodConditions(given.hankelodRules[0], module.Store);
const verdict = window.hankelodVerdict(plan);
const [names] = given.hankelodNames;
const known = { has: (segment, id) => Object.hasOwn(names[segment] ?? {}, id) };
for (const line of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const draft = JSON.parse(line);
  const reading = verdict.read(draft.class ?? plan.class, draft.id, draft.values, known);
  const solutions = reading.values ? conditions.ask(reading, verdict.complete(reading)) : [];
  const problems = verdict.judged(reading, solutions).map((p) => [p.code, p.severity, verdict.dotted(p.path)]);
  console.log(JSON.stringify({ file: window.hankelodYaml.file(plan, draft.class ?? plan.class, draft.values), problems }));
}
