// The SPARQL rules of the shapes, asked of Oxigraph with the triples of a draft and the facts about what it refers to.
"use strict";

// `data` is that of search/rules.js, `Store` that of Oxigraph.
window.hankelodConditions = (data, Store) => {
  const store = new Store();
  store.load(data.facts, { format: "application/n-triples" });
  const prefixes = Object.entries(data.prefixes).map(([name, iri]) => `PREFIX ${name}: <${iri}>`).join("\n");
  return {
    // The solutions of the rules for a reading of the verdict, whose complete record comes too.
    ask(reading, complete) {
      const start = `${data.base}id/${data.identifies[reading.cls.name]}`;
      const graph = new Store();
      graph.load(JSON.stringify({ "@context": data.context, ...complete }), { format: "application/ld+json", base_iri: data.base });
      const quads = graph.match().filter((quad) => !store.has(quad));
      for (const quad of quads) store.add(quad);
      try {
        const found = new Map();
        for (const rule of data.rules) {
          const nodes = [...reading.parts].filter(([, part]) => part.cls.name === rule.class).map(([id]) => `<${start}${id}>`);
          if (!nodes.length) continue;
          const text = `${prefixes}\n${rule.select.replace("{", `{ VALUES $this { ${nodes.join(" ")} } `)}`;
          for (const row of store.query(text, { base_iri: data.base })) {
            const focus = row.get("this").value.slice(start.length), value = row.get("value")?.value;
            found.set(`${rule.code} ${focus} ${value}`, { code: rule.code, focus, value });
          }
        }
        return [...found.values()];
      } finally {
        for (const quad of quads) store.delete(quad);
      }
    },
  };
};

// Load the rules and the engine: `engine` has their paths. From a file, where nothing can be fetched, both are scripts.
window.hankelodLoadConditions = (root, engine) => {
  const script = (path) => new Promise((resolve, reject) => {
    document.head.append(Object.assign(document.createElement("script"), { src: root + path, onload: resolve, onerror: () => reject(new Error(path)) }));
  });
  const unpacked = async (bytes) => {
    if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes; // the server has unpacked it
    return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer());
  };
  const fetched = async (path) => {
    const answer = await fetch(root + path);
    if (!answer.ok) throw new Error(`${answer.status} ${path}`);
    return new Uint8Array(await answer.arrayBuffer());
  };
  const oxigraph = async () => {
    if (location.protocol === "file:") {
      await script(engine.local);
      const { Store, init, packed } = window.hankelodOxigraph;
      await init({ module_or_path: await unpacked(Uint8Array.from(atob(packed), (c) => c.charCodeAt(0))) });
      return Store;
    }
    const [module, bytes] = await Promise.all([import(new URL(root + engine.module, location.href).href), fetched(engine.packed).then(unpacked)]);
    await module.default({ module_or_path: bytes });
    return module.Store;
  };
  const rules = new Promise((resolve) => { window.hankelodRules = resolve; });
  return (async () => {
    const [Store] = await Promise.all([oxigraph(), script(engine.rules)]);
    return window.hankelodConditions(await rules, Store);
  })();
};
