// Search: finds the entries of a query in the index, whose shards are loaded when they are needed. Shards are scripts
// that call hankelodSearch, since a page opened from a file can load scripts but not fetch data; their form is in
// src/hankelod/site/index/shards.py. Words become terms here as they did when the index was written.
"use strict";

const search = (() => {
  const { index, vendor } = document.getElementById("search").dataset;
  const SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ!#$%()*+,-./:;=?@[]^_`{|}~";
  const WEIGHTS = [10, 8, 4]; // of a name, other names, a description; 2 of other passages
  const EXACT = 1, LONGER = 0.6, INSIDE = 0.5, INFLECTED = 0.45, SHORTER = 0.35, SLIP = 0.3;
  const MOST = 10; // shards for one part of a search
  const ROWS = 16;
  const LONGEST = 60;

  const arrived = new Map();
  const loading = new Map();
  window.hankelodSearch = (name, content) => arrived.set(name, content);
  const script = (address) => {
    if (!loading.has(address)) {
      loading.set(address, new Promise((resolve, reject) => {
        const element = document.createElement("script");
        element.src = address;
        element.onload = resolve;
        element.onerror = () => {
          loading.delete(address);
          reject(new Error(address));
        };
        document.head.append(element);
      }));
    }
    return loading.get(address);
  };
  const part = async (name) => {
    await script(`${index}${name}.js`);
    return arrived.get(name);
  };

  let stems = null;
  const head = async () => {
    const told = await part("head");
    if (!stems) {
      if (told.stemmers.length) await script(vendor + told.base);
      await Promise.all(told.stemmers.map(([file]) => script(vendor + file)));
      stems = told.stemmers.map(([, name]) => new window[name]());
    }
    return told;
  };

  // words and terms
  const normal = (word) => [...word.normalize("NFKC").toLowerCase()].slice(0, LONGEST).join("");
  const words = (text) => text.normalize("NFKC").toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu)?.map(normal) ?? [];
  const folded = (word, folds) => word.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[^\0-\x7f]/gu, (c) => folds[c] ?? c).normalize("NFC");
  const keys = (word, { folds }) => [...new Set([folded(word, folds), ...stems.map((stem) => folded(stem.stemWord(word), folds))])];
  const backwards = (text) => [...text].reverse().join("");
  // one character more, less or other, or two neighbours in the other order
  const slip = (a, b) => {
    if (Math.abs(a.length - b.length) > 1) return false;
    let start = 0;
    while (start < a.length && a[start] === b[start]) start++;
    const [x, y] = [a.slice(start), b.slice(start)];
    return x.slice(1) === y.slice(1) || x.slice(1) === y || x === y.slice(1) || (x[0] === y[1] && x[1] === y[0] && x.slice(2) === y.slice(2));
  };

  // shards of terms
  const shards = (firsts, start) => {
    let first = firsts.findIndex((each) => each > start);
    first = Math.max(0, (first < 0 ? firsts.length : first) - 1);
    const numbers = [];
    for (let n = first; n < firsts.length && numbers.length < MOST && (n === first || firsts[n].startsWith(start)); n++) numbers.push(n);
    return numbers;
  };
  const decoded = new Map();
  const shard = async (kind, number) => {
    const name = `${kind}-${number}`;
    if (!decoded.has(name)) {
      const text = (await part(name)).split(" ");
      const terms = [];
      let before = "";
      for (let n = 0; n < text.length; n += kind === "terms" ? 2 : 1) {
        before = before.slice(0, parseInt(text[n][0], 36)) + text[n].slice(1);
        terms.push(kind === "terms" ? [before, text[n + 1]] : [before]);
      }
      decoded.set(name, terms);
    }
    return decoded.get(name);
  };
  const starting = async (kind, start, firsts) => {
    const some = await Promise.all(shards(firsts, start).map((n) => shard(kind, n)));
    return some.flat().filter(([term]) => term.startsWith(start));
  };

  // the terms that a word stands for, each with how well it does
  const matches = async (word, told) => {
    const found = new Map();
    const take = (term, entries, quality) => {
      if (!(found.get(term)?.quality >= quality)) found.set(term, { quality, entries });
    };
    const all = keys(word, told);
    const exactly = async (terms, quality) => {
      for (const each of terms.slice(0, MOST * 4)) for (const [term, entries] of await starting("terms", each, told.terms)) if (term === each) take(term, entries, quality);
    };
    const ending = async (end) => (await starting("ends", backwards(end), told.ends)).map(([term]) => backwards(term));
    for (const key of all) {
      const root = key.length >= 7 ? key.slice(0, -2) : key; // inflection changes the end
      const open = key.length >= (key === all[0] ? 3 : 4);
      for (const [term, entries] of await starting("terms", root, told.terms)) {
        if (term === key) take(term, entries, EXACT);
        else if (open && term.startsWith(key)) take(term, entries, LONGER);
        else if (root !== key && slip(term, key)) take(term, entries, INFLECTED);
      }
      if (key.length >= 5) await exactly((await ending(key)).filter((term) => term !== key), INSIDE);
    }
    if (found.size) return [found, true];
    for (const key of all.filter((each) => each.length >= 4)) {
      const start = told.terms.length > MOST ? key.slice(0, 2) : ""; // of a small index all is looked at
      for (const [term, entries] of await starting("terms", start, told.terms)) if (slip(term, key)) take(term, entries, SLIP);
      const others = (await ending(key.slice(1))).filter((term) => slip(term, key));
      await exactly([key[1] + key[0] + key.slice(2), key.slice(1), ...others], SLIP);
      if (!found.size) for (const [term, entries] of await starting("terms", key.slice(0, 4), told.terms)) if (term.length >= 5 && key.startsWith(term)) take(term, entries, SHORTER);
    }
    return [found, false];
  };

  // The entries of a query, best first: `passages` says how much each of their passages has of it. `partly` are they if
  // none has all words, `inexact` are the words for which only like ones were found, `common` those of no use.
  const find = async (query) => {
    const told = await head();
    const asked = [...new Set(words(query))];
    const common = asked.filter((word) => keys(word, told).some((key) => told.common.includes(key)));
    const useful = asked.filter((word) => !common.includes(word));
    const entries = new Map();
    const terms = new Set();
    const inexact = [];
    for (const word of useful) {
      const [found, exact] = await matches(word, told);
      if (!exact && found.size) inexact.push(word);
      const those = new Map();
      for (const [term, { quality, entries: text }] of found) {
        terms.add(term);
        let entry = 0;
        for (const [, step, signs] of text.matchAll(/([0-9a-z]+)([^0-9a-z]+)/g)) {
          entry += parseInt(step, 36);
          if (!those.has(entry)) those.set(entry, new Map());
          const passages = those.get(entry);
          for (const sign of signs) {
            const at = SIGNS.indexOf(sign);
            passages.set(at, Math.max(passages.get(at) ?? 0, quality * (WEIGHTS[at] ?? 2)));
          }
        }
      }
      const rare = Math.log(1 + told.entries / Math.max(1, those.size));
      for (const [entry, passages] of those) {
        const hit = entries.get(entry) ?? { entry, words: 0, score: 0, passages: new Map() };
        hit.words++;
        hit.score += rare * (Math.max(...passages.values()) + Math.min(5, passages.size) / 10);
        for (const [at, value] of passages) hit.passages.set(at, (hit.passages.get(at) ?? 0) + value * rare);
        entries.set(entry, hit);
      }
    }
    const most = Math.max(0, ...[...entries.values()].map((hit) => hit.words));
    const hits = [...entries.values()].filter((hit) => hit.words === most).sort((a, b) => b.score - a.score || a.entry - b.entry);
    return { hits, terms, kinds: told.kinds, labels: told.labels, partly: hits.length > 0 && most < useful.length, inexact, common, words: asked };
  };

  // what is shown of an entry: path and text of its link, a note, and the passage that has most of the query
  const shown = async (hit, labels) => {
    const [path, title, note, first, breaks, lang] = (await part(`rows-${Math.floor(hit.entry / ROWS)}`))[hit.entry % ROWS];
    const best = [...hit.passages].filter(([at]) => at > 0).sort((a, b) => b[1] - a[1] || a[0] - b[0])[0];
    let passage = null;
    if (best) {
      const texts = await part(`texts-${first + breaks.filter((at) => at <= best[0]).length}`);
      const text = texts.find(([entry, at]) => entry === hit.entry && at === best[0]);
      if (text) passage = { label: labels[text[2]], text: text[3], lang: text[4] };
    }
    return { path: `doc/${path}.html`, title, note, lang, passage };
  };

  // the words of a text with where they stand, and if the query found them
  const marked = (text, terms) => [...text.matchAll(/[\p{L}\p{M}\p{N}]+/gu)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    hit: keys(normal(match[0]), arrived.get("head")).some((key) => terms.has(key)),
  }));

  return { find, shown, marked };
})();
