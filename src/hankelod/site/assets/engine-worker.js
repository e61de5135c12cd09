// Oxigraph in a worker: receives engine and dump from the page once, then answers queries. A heavy query blocks only this
// worker, which can be terminated at any time. It makes no network requests, even if its policy would allow them.
import init, { Store } from "./vendor/oxigraph.js";

const MOST = 50000; // rows returned to the page at most
const N_TRIPLES = "application/n-triples";

let store = null;
let loading = null;

// What compressed bytes hold; a server may have unpacked them already, as their head tells.
const unpacked = async (bytes) => {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const content = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(content).arrayBuffer());
};

const load = async ({ engine, dump }) => {
  try {
    postMessage({ state: "loading-data" });
    await init({ module_or_path: engine });
    store = new Store();
    store.load(await unpacked(dump), { format: N_TRIPLES, no_transaction: true, lenient: true });
  } catch (error) {
    error.loading = true;
    throw error;
  }
};

// A term as the page gets it: its kind (u, b or l), value, language, datatype.
const term = (found) => found && [found.termType === "NamedNode" ? "u" : found.termType === "BlankNode" ? "b" : "l",
  found.value, found.language || "", found.datatype?.value ?? ""];
const jsonTerm = (found) => found && [found.type === "uri" ? "u" : found.type === "bnode" ? "b" : "l",
  found.value, found["xml:lang"] ?? "", found.datatype ?? ""];

const answer = (text, form, base) => {
  if (form === "SELECT") {
    const found = JSON.parse(store.query(text, { base_iri: base, results_format: "application/sparql-results+json" }));
    const names = found.head.vars;
    const rows = found.results.bindings.slice(0, MOST).map((row) => names.map((name) => jsonTerm(row[name]) ?? null));
    return { kind: "rows", names, rows, total: found.results.bindings.length };
  }
  const found = store.query(text, { base_iri: base });
  if (typeof found === "boolean") return { kind: "boolean", value: found };
  const some = found.slice(0, MOST);
  const rows = some.map((quad) => [term(quad.subject), term(quad.predicate), term(quad.object)]);
  return { kind: "triples", rows, total: found.length, text: found.map((quad) => `${quad.toString()} .\n`).join("") };
};

addEventListener("message", async ({ data }) => {
  if (data.load) {
    loading = load(data.load);
    loading.catch(() => {}); // reported with each query
    return;
  }
  try {
    await loading;
    postMessage({ state: "running" });
    const started = performance.now();
    const done = answer(data.text, data.form, data.base);
    postMessage({ ...done, number: data.number, took: performance.now() - started });
  } catch (error) {
    const dead = error instanceof WebAssembly.RuntimeError || error instanceof RangeError;
    postMessage({ number: data.number, error: String(error.message ?? error), dead, loading: error.loading === true });
  }
});
