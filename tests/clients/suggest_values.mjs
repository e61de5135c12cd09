// The suggestions of the form: node suggest_values.mjs DIST, where each line of the input is {"class", "key", "text"} in
// JSON; prints a line for each: what the text probably means, or null.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const dist = process.argv[2];
const text = (path) => readFileSync(join(dist, path), "utf8");
const plan = JSON.parse(text("contribute.html").match(/<script type="application\/json" id="plan">(.*)<\/script>/)[1]);
const window = {};
for (const asset of ["verdict.js", "suggest.js"]) new Function("window", text(`assets/${asset}`))(window);
let meant;
new Function("hankelodMeant", text(plan.meant))((found) => { meant = found; });
const suggest = window.hankelodSuggest(plan, window.hankelodVerdict(plan).inForm);
for (const line of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const asked = JSON.parse(line);
  const field = plan.classes[asked.class].fields.find((f) => f.key === asked.key);
  console.log(JSON.stringify(field.kind === "reference" ? suggest.thing(asked.text, meant[field.target]) : suggest.value(field, asked.text)));
}
