// JSON-LD files of a folder as N-Quads, by a parser: for each file a line of JSON with its path and its quads.
//   node read_jsonld.mjs jsonld|streaming|rdf-parse FOLDER PATH…
// The network is closed to all of them; relative IRIs that the files leave are resolved against the file's own address.
import { createReadStream, readFileSync } from "node:fs";
import { join } from "node:path";
import jsonld from "jsonld";
import { JsonLdParser } from "jsonld-streaming-parser";
import { Writer } from "n3";

const closed = (url) => {
  throw new Error(`no network: ${url}`);
};

async function written(stream) {
  const writer = new Writer({ format: "N-Quads" });
  for await (const quad of stream) {
    writer.addQuad(quad);
  }
  return new Promise((resolve, reject) => writer.end((error, text) => (error ? reject(error) : resolve(text))));
}

const parsers = {
  jsonld: (file, baseIRI) =>
    jsonld.toRDF(JSON.parse(readFileSync(file, "utf8")), {
      format: "application/n-quads",
      base: baseIRI,
      safe: !folder.endsWith("records"), // complete records have keys that their context leaves out
      documentLoader: closed,
    }),
  streaming: (file, baseIRI) => {
    const parser = new JsonLdParser({ baseIRI, streamingProfile: true, strictValues: true, documentLoader: { load: closed } });
    const input = createReadStream(file);
    input.on("error", (error) => parser.destroy(error));
    return written(input.pipe(parser));
  },
  "rdf-parse": async (file, baseIRI) => {
    const { rdfParser } = await import("rdf-parse"); // slow to load, and of version 5 on for Node 22
    return written(rdfParser.parse(createReadStream(file), { contentType: "application/ld+json", baseIRI }));
  },
};

const [parser, folder, ...paths] = process.argv.slice(2);
for (const path of paths) {
  const quads = await parsers[parser](join(folder, path), `http://copy.invalid/${path}`);
  process.stdout.write(`${JSON.stringify({ path, quads })}\n`);
}
