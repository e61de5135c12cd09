// Stems words with the stemmers for pages, and prints them as JSON: node stems.mjs FOLDER < {"algorithm": ["word", …]}
import { readFileSync } from "node:fs";
import vm from "node:vm";

const folder = process.argv[2];
const asked = JSON.parse(readFileSync(0, "utf8"));
const stems = {};
for (const [algorithm, words] of Object.entries(asked)) {
  const context = vm.createContext({ words });
  for (const name of ["base", algorithm]) vm.runInContext(readFileSync(`${folder}/${name}-stemmer.js`, "utf8"), context);
  const constructor = algorithm[0].toUpperCase() + algorithm.slice(1);
  stems[algorithm] = vm.runInContext(`{ const stemmer = new ${constructor}Stemmer(); [...words.map((word) => stemmer.stemWord(word))] }`, context);
}
console.log(JSON.stringify(stems));
