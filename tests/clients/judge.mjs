// RDF files judged by a SHACL engine in JavaScript: one line of JSON for each file, with the results.
// node judge.mjs rdf-validate-shacl|shacl-engine SHAPES.ttl FILE… ; "-" in the place of files reads their paths, one a line.
import { readFileSync } from "node:fs";
import { Parser, Store, DataFactory } from "n3";
import dataModel from "@rdfjs/data-model";
import SHACLValidator from "rdf-validate-shacl";
import { Validator } from "shacl-engine";
import { targetResolvers, validations } from "shacl-engine/sparql.js";

const [engine, shapesFile, ...given] = process.argv.slice(2);
const files = given[0] === "-" ? readFileSync(0, "utf8").split("\n").filter(Boolean) : given;

const read = (file) => {
  const store = new Store();
  store.addQuads(new Parser({ baseIRI: `file://${file}` }).parse(readFileSync(file, "utf8")));
  return store;
};

const shapes = read(shapesFile);
const validate =
  engine === "shacl-engine"
    ? ((validator) => (dataset) => validator.validate({ dataset }))(
        new Validator(shapes, { factory: dataModel, targetResolvers, validations }),
      )
    : ((validator) => (dataset) => validator.validate(dataset))(new SHACLValidator(shapes));

const value = (term) => term?.value ?? null;
const path = (it) => (Array.isArray(it) ? it.map((step) => value(step.predicates?.[0])).join("/") : value(it)) || null;
const shape = (it) => value(it?.ptr?.term ?? it);

for (const file of files) {
  const report = await validate(read(file));
  const results = report.results.map((r) => ({
    focus: value(r.focusNode?.term ?? r.focusNode),
    path: path(r.path),
    component: value(r.constraintComponent ?? r.sourceConstraintComponent),
    shape: shape(r.shape ?? r.sourceShape),
    severity: value(r.severity),
  }));
  console.log(JSON.stringify({ file, conforms: report.conforms, results }));
}
