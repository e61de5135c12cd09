// Client of the query engine: starts its worker at the first query, and a new one after it has been stopped.
"use strict";

// `root` is the relative path to the root, `settings` the engine's part of the page data, `tell` reports progress.
window.hankelodEngine = (root, settings, tell) => {
  const texts = settings.texts;
  const address = (path) => new URL(root + path, location.href).href;
  let worker = null;
  let ready = null; // the worker, after it has received engine and data
  let loaded = null;
  let asked = new Map();
  let number = 0;

  const stop = (error) => {
    worker?.terminate();
    worker = null;
    const left = asked;
    asked = new Map();
    for (const { reject } of left.values()) reject(error);
  };

  const hear = ({ data }) => {
    if (data.state) return void tell(texts[data.state]);
    const { resolve, reject } = asked.get(data.number);
    asked.delete(data.number);
    if (!data.error) return void resolve(data);
    const error = new Error(data.dead ? texts.failed : data.loading ? texts["cannot-load"].replace("{detail}", data.error) : data.error);
    error.ofQuery = !data.dead && !data.loading;
    reject(error);
    if (!error.ofQuery) stop(error);
  };

  // The page fetches and compiles, because a worker has the Content-Security-Policy of its own file; the results are
  // reused for the next worker. The first bytes of a compressed file show whether the server has decompressed it.
  const fetched = async (path) => {
    const answer = await fetch(address(path));
    if (!answer.ok) throw new Error(`${answer.status} ${path}`);
    return new Uint8Array(await answer.arrayBuffer());
  };
  const compiled = async (bytes) => {
    if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return WebAssembly.compile(bytes);
    const content = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return WebAssembly.compile(await new Response(content).arrayBuffer());
  };
  const load = async () => {
    tell(texts["loading-engine"]);
    const [engine, dump] = await Promise.all([fetched(settings.engine).then(compiled), fetched(settings.dump)]);
    return { engine, dump };
  };

  const start = async () => {
    const own = worker = new Worker(address("assets/engine-worker.js"), { type: "module" });
    own.addEventListener("message", hear);
    own.addEventListener("error", (event) => {
      event.preventDefault();
      stop(new Error(event.message ? texts.failed : texts["cannot-load"].replace("{detail}", "assets/engine-worker.js")));
    });
    loaded ??= load();
    try {
      const parts = await loaded;
      if (worker === own) own.postMessage({ load: parts });
    } catch (error) {
      loaded = null;
      if (worker === own) stop(new Error(texts["cannot-load"].replace("{detail}", error.message)));
    }
    return own;
  };

  const ask = (message) => new Promise((resolve, reject) => {
    const own = ++number;
    asked.set(own, { resolve, reject });
    if (!worker) ready = start();
    ready.then((given) => { if (worker === given) given.postMessage({ ...message, base: settings.base, number: own }); });
  });

  // SPARQL text without strings, IRIs and comments.
  const bare = (text) => text.replace(
    /"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*'|<[^<>"{}|^`\\\s]*>|#[^\n\r]*/g, " ");
  // Declarations of the known prefixes missing from a text, on one line before it.
  const completed = (text) => {
    const own = new Set([...bare(text).matchAll(/\bPREFIX\s+([^\s:]*):/gi)].map((m) => m[1]));
    const missing = Object.entries(settings.prefixes).filter(([name]) => !own.has(name));
    return `${missing.map(([name, iri]) => `PREFIX ${name}: <${iri}>`).join(" ")}\n${text}`;
  };

  return {
    // Run a query. Rejects with an Error; `line` and `column` are the position in the text, if there is one.
    async query(text) {
      const form = bare(text).match(/\b(SELECT|ASK|CONSTRUCT|DESCRIBE)\b/i)?.[1].toUpperCase() ?? "";
      try {
        return await ask({ text: completed(text), form });
      } catch (error) {
        const place = error.ofQuery && error.message.match(/\bat (\d+):(\d+)(?:-\S+)?:?\s*/);
        if (place && Number(place[1]) > 1) {
          error.line = Number(place[1]) - 1;
          error.column = Number(place[2]);
          error.told = error.message.slice(place.index + place[0].length);
        }
        throw error;
      }
    },
    stop: () => stop(Object.assign(new Error(texts.cancelled), { cancelled: true })),
  };
};
