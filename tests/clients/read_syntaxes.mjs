// Files of a folder by parsers of one syntax: for each file a line of JSON with its path and what was found in it.
//   node read_syntaxes.mjs n3 FOLDER PATH…        Turtle, N-Triples and TriG: the number of different quads
//   node read_syntaxes.mjs geojson FOLDER PATH…   GeoJSON (RFC 7946): the number of features
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { check } from "@placemarkio/check-geojson";
import { Parser, Store } from "n3";

const FORMATS = { ttl: "text/turtle", nt: "application/n-triples", trig: "application/trig", void: "text/turtle" };

const readers = {
  n3: (text, path) => {
    const parser = new Parser({ format: FORMATS[path.split(/[./]/).pop()], baseIRI: `http://copy.invalid/${path}` });
    return new Store(parser.parse(text)).size;
  },
  geojson: (text) => check(text).features.length,
};

const [reader, folder, ...paths] = process.argv.slice(2);
for (const path of paths) {
  const found = readers[reader](readFileSync(join(folder, path), "utf8"), path);
  process.stdout.write(`${JSON.stringify({ path, found })}\n`);
}
