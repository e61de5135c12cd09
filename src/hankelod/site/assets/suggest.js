// Suggestions for values that are not valid: those of `hankelod validate` (guesses.py, suggestions.py, nearness.py).
// A suggestion must be valid and the only one; it is shown with the problem, and never taken by itself.
"use strict";

// `inForm(field, text)` is that of the verdict; `meant` has the names of things by segment: folded name → id.
window.hankelodSuggest = (plan, inForm) => {
  const LONGEST = 100, SHORT = 6, LONG = 12;
  const two = (n) => String(Number(n)).padStart(2, "0");
  const isDay = (text) => inForm({ kind: "date" }, text);

  /* Dates */

  function* days(text) {
    const numbers = /^([0-9]{1,4})\s*[-./ ]\s*([0-9]{1,2})\s*[-./ ]\s*([0-9]{1,4})(?:[T ].*)?$/.exec(text);
    if (!numbers) {
      const day = /^[0-9]{8}$/.test(text) ? `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}` : "";
      if (day && isDay(day)) yield day;
      return;
    }
    const [, first, second, third] = numbers;
    const parts = first.length === 4 && third.length <= 2 ? [first, second, third] : third.length === 4 && first.length <= 2 ? [third, second, first] : null;
    if (!parts) return;
    const [year, month, day] = parts;
    const found = [[month, day], [day, month]].map(([m, d]) => `${year}-${two(m)}-${two(d)}`).find(isDay);
    if (found) yield found; // swapped only if this is no valid date
  }
  const monthNumber = (word) => {
    const folded = word.toLowerCase();
    return Object.entries(plan.spoken.months).filter(([start]) => folded.startsWith(start)).sort((a, b) => b[0].length - a[0].length || b[1] - a[1])[0]?.[1];
  };
  function* months(text) {
    for (const day of days(text)) yield day.slice(0, 7);
    const numbers = /^([0-9]{1,4})\s*[-./ ]\s*([0-9]{1,4})[.]?$/.exec(text);
    if (numbers) {
      const [year, month] = numbers[1].length === 4 ? [numbers[1], numbers[2]] : [numbers[2], numbers[1]];
      if (year.length === 4 && month.length <= 2) yield `${year}-${two(month)}`;
    }
    if (/^[0-9]{6}$/.test(text)) yield `${text.slice(0, 4)}-${text.slice(4)}`;
    const named = /^(?:(\p{L}+)[ .]+([0-9]{4})|([0-9]{4})[ .]+(\p{L}+))[.]?$/u.exec(text);
    if (named) {
      const number = monthNumber(named[1] ?? named[4]);
      if (number) yield `${named[2] ?? named[3]}-${two(number)}`;
    }
  }
  function* years(text) {
    const found = new Set(text.match(/(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])/g) ?? []);
    if (found.size === 1) yield* found;
  }
  function* moments(text) {
    yield* days(text);
    yield* months(text);
    yield* years(text);
  }

  /* Numbers */

  const SPACES = "[ \\u00a0\\u2000-\\u200a\\u202f\\u205f\\u3000'\\u2019]";
  const number = (mark, other) => `^([-+\\u2212]?)\\s*(?!0[0-9]*${mark}[0-9]{3}$)([0-9]{1,3}(?:${mark}[0-9]{3})+)(?:${other}([0-9]+))?$`;
  const FORMS = [`^([-+\\u2212]?)\\s*([0-9]+|[0-9]{1,3}(?:${SPACES}[0-9]{3})+)(?:[.,]([0-9]+))?$`, number("\\.", ","), number(",", "\\.")].map((form) => new RegExp(form, "u"));
  const readings = (text) => FORMS.map((form) => form.exec(text.trim())).filter(Boolean).map(([, sign, whole, part]) => {
    const digits = whole.replace(/[^0-9]/g, "").replace(/^0+/, "") || "0";
    return `${"-\u2212".includes(sign) && sign ? "-" : ""}${digits}${part ? `.${part}` : ""}`;
  });
  const MONEY = plan.spoken.money.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
  const unmarked = (text) => {
    let rest = text.trim().replace(/\.$/, "").replace(new RegExp(`(?:${MONEY})$`, "iu"), "").trimEnd();
    if (/[,:]-$/.test(rest)) rest = rest.slice(0, -2).trimEnd();
    return rest.replace(new RegExp(`^(?:${MONEY})`, "iu"), "").trim() || text;
  };
  const within = (field, value) => Object.entries(field.limits ?? {}).every(([term, limit]) => ({ minInclusive: value >= limit, minExclusive: value > limit, maxInclusive: value <= limit, maxExclusive: value < limit })[term] ?? true);
  // A hundredth of a number, with two decimals at least.
  const hundredth = (text) => {
    const [, sign, whole, part = ""] = /^(-?)([0-9]+)(?:\.([0-9]+))?$/.exec(text), digits = whole.padStart(3, "0");
    return `${sign}${digits.slice(0, -2)}.${digits.slice(-2)}${part.replace(/0+$/, "")}`;
  };
  function* numbers(text, field) {
    const share = field.limits?.maxInclusive === "1";
    for (const found of readings(unmarked(text.replace("%", "")))) {
      if (share && (text.includes("%") || !within(field, Number(found)))) yield hundredth(found);
      else yield found;
    }
  }

  /* Texts and addresses */

  function* texts(text, field) {
    if (!field.pattern) return;
    yield text.toLowerCase();
    yield text.toLowerCase().replace(/^[a-z]+:\/\/([^/?#]+).*$/, "$1");
    const digits = text.replace(/^fi|[\s-]/gi, "");
    if (/^[0-9]{8}$/.test(digits)) yield `${digits.slice(0, 7)}-${digits[7]}`;
  }
  function* addresses(text) {
    const tidy = text.replaceAll(" ", "%20").replace(/^(https?)(?::\/?(?!\/)|\/\/|;\/\/|:\\\\)/i, (_, scheme) => `${scheme.toLowerCase()}://`);
    if (/^https?:\/\//i.test(tidy)) yield tidy.slice(0, tidy.indexOf(":")).toLowerCase() + tidy.slice(tidy.indexOf(":"));
    else if (/^(www[.])?[a-z0-9-]+([.][a-z0-9-]+)*[.][a-z]{2,}(\/|$)/.test(tidy)) yield `https://${tidy}`;
  }

  const GUESSES = { month: months, year: years, date: days, moment: moments, decimal: numbers, integer: numbers, text: texts, iri: addresses };
  // The valid value of a field that a text probably means, or null.
  const value = (field, text) => {
    if (text.length > LONGEST || !GUESSES[field.kind]) return null;
    const numeric = plan.kinds[field.kind]?.numeric;
    const found = new Set([...GUESSES[field.kind](text.trim(), field)].filter((guess) => guess !== text && inForm(field, guess)
      && (!field.pattern || new RegExp(field.pattern, "u").test(guess)) && (!numeric || within(field, Number(guess)))));
    return found.size === 1 ? [...found][0] : null;
  };

  /* Names */

  const words = (text) => text.match(/[\p{L}\p{N}]+/gu) ?? [];
  const edits = (one, other) => {
    let earlier = [], before = [], row = [...other, ""].map((_, n) => n);
    for (let i = 1; i <= one.length; i++) {
      [earlier, before, row] = [before, row, [i]];
      for (let j = 1; j <= other.length; j++) {
        let least = Math.min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (one[i - 1] !== other[j - 1]));
        if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) least = Math.min(least, earlier[j - 2] + 1);
        row.push(least);
      }
    }
    return row.at(-1);
  };
  const sorted = (word) => [...word].sort().join("");
  const slips = (text, name) => {
    let [some, others] = [words(text), words(name)];
    if (some.length !== others.length) [some, others] = [[some.join("")], [others.join("")]];
    let all = 0;
    for (let n = 0; n < some.length; n++) {
      const [word, other] = [some[n], others[n]];
      if (word === other) continue;
      const found = edits(word, other), allowed = other.length < 3 ? 0 : other.length < LONG ? 1 : 2;
      const another = word.length === other.length && other.length <= SHORT && sorted(word) !== sorted(other);
      if (word[0] !== other[0] || found > allowed || another || word.replace(/\D/g, "") !== other.replace(/\D/g, "")) return null;
      all += found;
    }
    return all;
  };
  const nearest = (text, names) => {
    const found = Object.keys(names).filter((name) => Math.abs(name.length - text.length) <= 3).map((name) => [slips(text, name), name]).filter(([n]) => n !== null);
    const least = Math.min(...found.map(([n]) => n));
    const ids = new Set(found.filter(([n]) => n === least).map(([, name]) => names[name]));
    return ids.size === 1 ? [...ids][0] : null;
  };
  // The id of the thing that a text probably means, or null; `names` are those of its class, `former` those of what it
  // has replaced.
  const thing = (text, { names = {}, former = {}, digits = 0 } = {}) => {
    if (text.length > LONGEST) return null;
    const folded = text.trim().toLowerCase();
    const exact = names[folded] ?? former[folded];
    if (exact) return exact;
    const head = digits ? names[folded.split(" ").slice(0, -1).join(" ")] : null; // an area's name with a word behind it
    if (head) return head;
    if (/^[0-9]+$/.test(folded) && digits && names[folded.padStart(digits, "0")]) return names[folded.padStart(digits, "0")];
    const begin = folded.length >= 4 ? new Set(Object.entries(names).filter(([name]) => name.startsWith(folded)).map(([, id]) => id)) : new Set();
    return begin.size === 1 ? [...begin][0] : nearest(folded, names);
  };

  // The language that a text seems to be in, where that is another than its own; null where nothing tells.
  const otherLanguage = (text, code) => {
    const some = words(text.toLowerCase()), small = plan.spoken.small;
    const count = (lang) => new Set(some.filter((word) => small[lang].includes(word))).size;
    if (!small[code] || count(code)) return null;
    return Object.keys(small).find((lang) => lang !== code && count(lang) >= 3) ?? null;
  };

  return { value, thing, otherLanguage };
};
