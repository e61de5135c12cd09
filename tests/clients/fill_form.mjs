// Fills the form that makes a record as a person would, and prints what was seen as JSON: node fill_form.mjs BASE
// BASE is an address that ends in a slash, http: or file:.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { launch, watched } from "./browser.mjs";

const base = process.argv[2];
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await launch();
const seen = { errors: [], elsewhere: [], axe: [] };
const opened = (options = {}) => watched(browser, base, seen, options);
const ready = (page) => page.waitForSelector("#contribute:not([hidden])");
const settle = (page) => page.waitForTimeout(300);
const pause = (page) => page.waitForTimeout(1200); // as somebody who has stopped typing
const check = async (page, where) => {
  if (!base.startsWith("http")) return; // axe fetches stylesheets
  await page.evaluate(axe);
  const result = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  for (const v of result.violations) seen.axe.push(`${where}: ${v.id}: ${v.nodes.map((n) => n.target.join(" ")).slice(0, 3).join("; ")}`);
};
// A field by its label, a group of controls by its legend.
const label = (where, name) => where.getByLabel(name, { exact: true });
const group = (where, name) => where.getByRole("group", { name, exact: false });
const text = (page, selector) => page.locator(selector).innerText();

/* The least, in Finnish */

const page = await opened();
await page.goto(base + "contribute.html");
await ready(page);
seen.start = { status: await text(page, "#record-status"), stored: await page.evaluate(() => localStorage.length), copy: await page.locator("#copy").isDisabled() };
await group(page, /^Nimi$/).getByLabel("Suomi").fill("Uusi hanke: \"Ääni\" # 100 %");
await settle(page);
seen.id = await label(page, "Tunniste").inputValue();
await page.click("#check");
await settle(page);
seen.missing = await page.locator("#faults a").allInnerTexts();
await page.locator("#faults a").first().click();
seen.focused = await page.evaluate(() => document.activeElement.matches("#form input, #form select, #form textarea"));
await label(page, "Alku").fill("5/2021");
await settle(page);
seen.wrong = await page.locator(".field", { has: label(page, "Alku") }).last().locator(".wrong").innerText();
await label(page, "Alku").fill("2021-05");
await label(page, "Loppu").fill("2022-11");
await label(page, "Kokonaissumma").fill("75 000,50");
await label(page, "Vastuutaho").fill("Ei ole olemassa");
await settle(page);
seen.unknown = await page.locator("#form .wrong", { hasText: "Ei ole olemassa" }).innerText();
await label(page, "Vastuutaho").fill("Joensuun kaupunki");
await label(page, "Kunnat 1").fill("joensuu");
await label(page, "Lähde").fill("https://ym.fi/kuntien-hankkeet");
const grant = group(page, /^Avustus 1$/);
await label(grant, "Avustuksen ohjelma").selectOption({ index: 1 });
await label(grant, "Avustussumma").fill("50000");
await settle(page);
seen.least = { yaml: await page.locator("#yaml").textContent(), status: await text(page, "#record-status"), file: await text(page, "#file-name"), left: await page.locator("#faults a").allInnerTexts() };
if (await page.locator("#pull").count()) seen.pull = { href: await page.locator("#pull").getAttribute("href"), shown: await page.locator("#pull").isVisible() };
const [download] = await Promise.all([page.waitForEvent("download"), page.click("#download")]);
seen.download = { name: download.suggestedFilename(), same: readFileSync(await download.path(), "utf8") === seen.least.yaml };

/* An id that is taken, one that will not do, a character that nobody sees */

await label(page, "Tunniste").fill("turku-reivi");
await pause(page);
seen.taken = await page.locator(".group.last .wrong").innerText();
await label(page, "Tunniste").fill("Turku Reivi");
await pause(page);
seen.badId = await page.locator(".group.last .wrong").innerText();
await label(page, "Tunniste").fill("uusi-hanke");
await group(page, /^Nimi$/).getByLabel("Suomi").fill("Uusi \u202ehanke");
await pause(page);
seen.invisible = await group(page, /^Nimi$/).locator(".wrong").innerText();
await group(page, /^Nimi$/).getByLabel("Suomi").fill("");
await group(page, /^Nimi$/).getByLabel("Englanti").fill("A new project");
await pause(page);
seen.national = await group(page, /^Nimi$/).locator(".wrong").innerText();
await group(page, /^Nimi$/).getByLabel("Suomi").fill("Uusi hanke");

/* The rules, for which the engine is loaded */

if (base.startsWith("http") && await page.locator("#rules").count()) {
  const remarks = async () => {
    await page.click("#rules");
    await page.waitForSelector("#rules:not([disabled])", { timeout: 30000 });
    return text(page, "#remarks");
  };
  seen.rules = { fine: await remarks() };
  await label(grant, "Avustussumma").fill("90000");
  await label(page, "Loppu").fill("2020-01");
  seen.rules.bad = await remarks();
  await label(grant, "Avustussumma").fill("50000");
  await label(page, "Loppu").fill("2022-11");
}

/* A draft only by consent */

await settle(page);
seen.draft = { without: await page.evaluate(() => localStorage.length) };
await page.check("#draft");
await settle(page);
await page.goto(base + "sv/contribute.html");
await ready(page);
await settle(page);
seen.draft.swedish = { lang: await page.evaluate(() => document.documentElement.lang), id: await label(page, "Id").inputValue(), yaml: await page.locator("#yaml").textContent(), status: await text(page, "#draft-status") };
await page.uncheck("#draft");
seen.draft.gone = await page.evaluate(() => localStorage.length);
await page.check("#draft");
await settle(page);
await page.click("#clear");
await settle(page);
seen.draft.cleared = { stored: await page.evaluate(() => localStorage.length), yaml: await page.locator("#yaml").textContent() };

/* Everything, in English, with texts that would break a careless writer */

const all = await opened();
await all.goto(base + "en/contribute.html");
await ready(all);
const hostile = "</script><img src=x onerror=alert(1)> 'one' \"two\" \\ # : - [a] {b} & *c !d %e @f `g` | > \u2028 😀";
await all.evaluate(() => { document.querySelectorAll("#form button").forEach((b) => { if (/^Add/.test(b.textContent)) b.click(); }); });
await settle(all);
// the parts of an outcome have parts of their own
await all.evaluate(() => { document.querySelectorAll("#form .part .part, #form .part button").forEach((b) => { if (/^Add/.test(b.textContent)) b.click(); }); });
await settle(all);
const controls = all.locator("#form input:not([type=checkbox]), #form textarea, #form select");
for (let n = 0; n < await controls.count(); n++) {
  const control = controls.nth(n);
  const named = await control.evaluate((c) => ({ tag: c.tagName, list: c.getAttribute("list"), lang: c.lang, label: c.labels?.[0]?.innerText ?? c.getAttribute("aria-label") ?? "" }));
  if (named.tag === "SELECT") await control.selectOption({ index: 1 });
  else if (named.list) await control.fill(await all.evaluate(([list, n]) => document.getElementById(list).options[n % 7].value, [named.list, n]));
  else if (named.lang || named.tag === "TEXTAREA") await control.fill(named.tag === "TEXTAREA" ? `${named.lang} ${hostile}\nsecond line` : `${named.lang} ${hostile}`);
  else if (/^Start/.test(named.label)) await control.fill("2021-05");
  else if (/^End/.test(named.label)) await control.fill("2022-11");
  else if (/cost/i.test(named.label)) await control.fill("100000");
  else if (/amount/i.test(named.label)) await control.fill("20000.50");
  else if (/^Year/.test(named.label)) await control.fill("2022");
  else if (/^(Least|Most)/.test(named.label)) continue; // a figure has a value or a range
  else if (/^What it is about/.test(named.label)) await control.fill("title");
  else if (/value|figure/i.test(named.label)) await control.fill("-12.5");
  else if (/host/i.test(named.label)) await control.fill("www.example.org");
  else if (/^Currency/.test(named.label)) await control.fill("SEK");
  else if (/^Rate/.test(named.label)) await control.fill("0.7");
  else if (/^Awarded/.test(named.label)) await control.fill("2021-04-15");
  else if (/^Scheme/.test(named.label)) await control.fill("GB-CHC");
  else if (/acronym/i.test(named.label)) await control.fill("no");
  else if (/^Id/.test(named.label)) await control.fill("everything");
  else if (/as written|as it stands|speaker|role|in the source/i.test(named.label)) await control.fill(hostile);
  else await control.fill("https://example.org/a?b=c&d=%20#e");
}
for (const box of await all.locator("#form input[type=checkbox]").all()) await box.check();
await settle(all);
seen.everything = { yaml: await all.locator("#yaml").textContent(), status: await text(all, "#record-status"), wrong: (await all.locator("#form .wrong p").allInnerTexts()).slice(0, 5), elements: await all.locator("main img").count() };
await all.click("#check");
await settle(all);
seen.everything.left = await all.locator("#faults a").allInnerTexts();
// a part taken away is gone from the record
const before = (seen.everything.yaml.match(/^  - /gm) ?? []).length;
await all.locator("#form .part > button.remove").last().click();
await settle(all);
seen.everything.removed = before - ((await all.locator("#yaml").textContent()).match(/^  - /gm) ?? []).length;

/* Accessible: empty, with parts, with faults; light and dark; not too wide for a phone */

for (const colorScheme of ["light", "dark"]) {
  const own = await opened({ colorScheme, viewport: { width: 360, height: 740 } });
  await own.goto(base + "sv/contribute.html");
  await ready(own);
  await check(own, `${colorScheme} empty`);
  await own.evaluate(() => { document.querySelectorAll("#form button").forEach((b) => { if (/^Lägg/.test(b.textContent)) b.click(); }); });
  await own.click("#check");
  await settle(own);
  await check(own, `${colorScheme} faults`);
  const wide = await own.evaluate(() => document.documentElement.scrollWidth);
  if (wide > 360) seen.errors.push(`${wide} pixels wide`);
  await own.context().close();
}

/* The page that asks, from a file, says why it cannot */

if (base.startsWith("file:") && existsSync(new URL("sparql.html", base))) {
  const ask = await opened();
  await ask.goto(base + "sparql.html");
  await settle(ask);
  seen.sparql = { told: await ask.locator("#from-file").innerText(), form: await ask.locator("#ask").isVisible() };
}
await browser.close();
console.log(JSON.stringify(seen));
