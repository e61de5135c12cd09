// A JSON-LD file as N-Quads, through jsonld.js; the network is closed to it.
import { readFileSync } from "node:fs";
import jsonld from "jsonld";

const document = JSON.parse(readFileSync(process.argv[2], "utf8"));
const documentLoader = (url) => {
  throw new Error(`no network: ${url}`);
};
process.stdout.write(await jsonld.toRDF(document, { format: "application/n-quads", documentLoader }));
