// Asks queries with Comunica: node ask_all.mjs sparql|file SOURCE BASE QUERY.rq…
// SOURCE is an endpoint, or a file in JSON-LD, N-Triples or Turtle, parsed as such a file on the Web is.
// A line of JSON for each query: its file, and its rows (the terms of each, null where unbound) or its triples.
import { readFileSync } from "node:fs";
import { QueryEngine } from "@comunica/query-sparql";

const MEDIA = { jsonld: "application/ld+json", nt: "application/n-triples", ttl: "text/turtle" };
const [kind, place, base, ...files] = process.argv.slice(2);
const serialized = () => ({
  type: "serialized",
  value: readFileSync(place, "utf8"),
  mediaType: MEDIA[place.split(".").pop()],
  baseIRI: "http://copy.invalid/",
});
const source = kind === "sparql" ? { type: "sparql", value: place } : serialized();
const engine = new QueryEngine();
const plain = (term) =>
  term && { type: term.termType, value: term.value, language: term.language || undefined, datatype: term.datatype?.value };
for (const file of files) {
  const result = await engine.query(readFileSync(file, "utf8"), { sources: [source], baseIRI: base });
  let rows;
  if (result.resultType === "bindings") {
    const { variables } = await result.metadata();
    const names = variables.map((each) => (each.variable ?? each).value);
    rows = (await (await result.execute()).toArray()).map((row) => names.map((name) => plain(row.get(name)) ?? null));
  } else {
    rows = (await (await result.execute()).toArray()).map((quad) => [quad.subject, quad.predicate, quad.object].map(plain));
  }
  process.stdout.write(`${JSON.stringify({ file, rows })}\n`);
}
