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

// A step of the form, by its number; the last is where it is checked and sent.
const step = async (page, n) => {
  const buttons = page.locator("#steps button");
  await (n < 0 ? buttons.last() : buttons.nth(n)).click();
};
const [BASICS, ACTORS, MONEY, SOURCE, LAST] = [0, 1, 2, 4, -1];
const told = async (page, field) => page.locator(".field", { has: field }).last().locator(":scope > .wrong").innerText();
const finished = (page) => page.waitForSelector("#contribute.finished", { timeout: 10000 }).catch(async () => {
  await page.click("#check");
  throw new Error(`not finished: ${await page.locator("#record-status").innerText()} ${await page.locator("#faults a").allInnerTexts()}`);
});

/* The least, in Finnish */

const page = await opened();
await page.goto(base + "contribute.html");
await ready(page);
seen.start = { status: await text(page, "#record-status"), stored: await page.evaluate(() => localStorage.length), copy: await page.locator("#copy").isDisabled(), organisation: await page.locator("#new-link").isVisible() };
const title = group(page, /^Nimi$/);
await title.getByLabel("Suomi").fill("Uusi hanke: \"Ääni\" # 100 %");
await settle(page);
await step(page, LAST);
seen.id = await label(page, "Tunniste").inputValue();
await page.click("#check");
await settle(page);
seen.missing = await page.locator("#faults a").allInnerTexts();
await page.locator("#faults a").first().click();
seen.focused = await page.evaluate(() => document.activeElement.matches("#form input, #form select, #form textarea"));
await step(page, MONEY);
const start = label(page, "Alku"), end = label(page, "Loppu");
await start.fill("5/2021");
await settle(page);
seen.month = { told: await told(page, start) };
await page.getByRole("button", { name: "Käytä: 2021-05" }).click();
seen.month.taken = await start.inputValue();
await end.fill("2022-11");
await label(page, "Kokonaissumma").fill("75 000,50");
const grant = group(page, /^Avustus 1$/);
await label(grant, "Avustuksen ohjelma").selectOption({ index: 1 });
await label(grant, "Avustussumma").fill("50000");
await step(page, ACTORS);
const lead = label(page, "Vastuutaho"), place = label(page, "Kunnat 1");
await lead.fill("Ei ole olemassa");
await settle(page);
seen.unknown = await told(page, lead);
await lead.fill("Joensuun kaupunki");
await place.fill("Helsingfors");
await settle(page);
seen.place = { told: await page.locator("#form .wrong", { hasText: "Helsingfors" }).innerText() };
await page.getByRole("button", { name: "Käytä: Helsinki" }).click();
seen.place.taken = await place.inputValue();
await place.fill("joensuu");
await step(page, SOURCE);
const source = label(page, "Lähde");
await source.fill("www.ym.fi/kuntien-hankkeet");
await settle(page);
seen.link = await told(page, source);
await source.fill("https://ym.fi/kuntien-hankkeet");
await finished(page);
await settle(page);
seen.least = { yaml: await page.locator("#yaml").textContent(), status: await text(page, "#record-status"), file: await text(page, "#files summary"), left: await page.locator("#faults a").allInnerTexts() };
for (const way of ["pull", "letter"]) if (await page.locator(`#${way}`).count()) seen[way] = { href: await page.locator(`#${way}`).getAttribute("href"), shown: await page.locator(`#${way}`).isVisible() };
const [download] = await Promise.all([page.waitForEvent("download"), page.click("#download")]);
seen.download = { name: download.suggestedFilename(), same: readFileSync(await download.path(), "utf8") === seen.least.yaml };

/* The mistakes of coordinators, each at its field */

seen.mistakes = {};
const mistake = async (name, n, field, wrong, right) => {
  await step(page, n);
  await field.fill(wrong);
  await pause(page);
  seen.mistakes[name] = { told: await told(page, field), finished: await page.locator("#contribute.finished").count() };
  await field.fill(right);
};
await mistake("month", MONEY, start, "2023-13", "2021-05");
await mistake("cost", MONEY, label(page, "Avustussumma"), "90000", "50000");
await mistake("order", MONEY, end, "2020-01", "2022-11");
await mistake("code", ACTORS, place, "91", "Joensuu");
await mistake("unknown", ACTORS, place, "Karina", "Joensuu");
await mistake("partner", ACTORS, label(page, "Kumppanit 1"), "Joensuun kaupunki", "");
await mistake("end", MONEY, end, "", "2022-11");
await mistake("address", SOURCE, source, "ym.fi", "https://ym.fi/kuntien-hankkeet");
await step(page, BASICS);
await title.getByLabel("Suomi").fill("Climate partnership of the city and its companies");
await pause(page);
seen.mistakes.language = { told: await title.locator(".wrong").innerText() };
await title.getByLabel("Suomi").fill("Uusi hanke");

/* An id that is taken, one that will not do, a character that nobody sees */

await step(page, LAST);
const id = label(page, "Tunniste");
await id.fill("turku-reivi");
await pause(page);
seen.taken = await told(page, id);
await id.fill("Turku Reivi");
await pause(page);
seen.badId = await told(page, id);
await id.fill("uusi-hanke");
await step(page, BASICS);
await title.getByLabel("Suomi").fill("Uusi \u202ehanke");
await pause(page);
seen.invisible = await title.locator(".wrong").innerText();
await title.getByLabel("Suomi").fill("");
await title.getByLabel("Englanti").fill("A new project");
await pause(page);
seen.national = await title.locator(".wrong").innerText();
await title.getByLabel("Suomi").fill("Uusi hanke");

/* An organisation that is not there yet */

await step(page, ACTORS);
await lead.fill("Rauman kaupunki");
await settle(page);
await page.getByRole("button", { name: "Lisää ”Rauman kaupunki”" }).click();
const added = page.locator(".news .part");
await finished(page);
await settle(page);
seen.organisation = { lead: await lead.inputValue(), files: await page.locator("#files pre code").allTextContents(), names: await page.locator("#files summary").allInnerTexts() };
await added.locator("> .remove").click();
await lead.fill("Joensuun kaupunki");

/* The draft is kept, in other languages too, until it is cleared */

await settle(page);
seen.draft = { kept: await page.evaluate(() => localStorage.length) };
await page.goto(base + "sv/contribute.html");
await ready(page);
await settle(page);
seen.draft.swedish = { lang: await page.evaluate(() => document.documentElement.lang), yaml: await page.locator("#yaml").textContent(), status: await text(page, "#draft-status") };
await page.click("#clear");
await settle(page);
seen.draft.cleared = { stored: await page.evaluate(() => localStorage.length), yaml: await page.locator("#yaml").count() };

/* A correction of a published record */

if (existsSync(new URL("doc/project/turku-reivi.html", base.startsWith("file:") ? base : import.meta.url)) || base.startsWith("http")) {
  const own = await opened();
  await own.goto(base + "en/doc/project/turku-reivi.html");
  await own.click("#correct");
  await ready(own);
  await finished(own);
  seen.correction = { same: await own.locator("#yaml").textContent(), name: await text(own, "#correction") };
  await step(own, MONEY);
  await label(own, "End").fill("2023-02");
  await settle(own);
  await step(own, LAST);
  await finished(own);
  seen.correction = { ...seen.correction, changed: await own.locator("#yaml").textContent(), count: await text(own, "#changes-count"), del: await own.locator("#changes del").allInnerTexts(), ins: await own.locator("#changes ins").allInnerTexts(), fixed: await label(own, "Id").evaluate((e) => e.readOnly), file: await text(own, "#files summary") };
  await own.context().close();
}

/* Everything, in English, with texts that would break a careless writer */

const all = await opened();
await all.goto(base + "en/contribute.html");
await ready(all);
const hostile = "</script><img src=x onerror=alert(1)> 'one' \"two\" \\ # : - [a] {b} & *c !d %e @f `g` | > \u2028 😀";
// all steps at once
const shownAll = () => all.evaluate(() => document.querySelectorAll("#form section").forEach((s) => { s.hidden = false; }));
await shownAll();
await all.evaluate(() => { document.querySelectorAll("#form .field button").forEach((b) => { if (/^Add:/.test(b.textContent)) b.click(); }); });
await settle(all);
// the parts of an outcome have parts of their own
await all.evaluate(() => { document.querySelectorAll("#form .part .part, #form .part button").forEach((b) => { if (/^Add:/.test(b.textContent)) b.click(); }); });
await settle(all);
const controls = all.locator("#form input:not([type=checkbox]):not(.calendar), #form textarea, #form select");
for (let n = 0; n < await controls.count(); n++) {
  const control = controls.nth(n);
  const named = await control.evaluate((c) => ({ tag: c.tagName, list: c.getAttribute("list"), lang: c.lang, label: c.labels?.[0]?.innerText ?? c.getAttribute("aria-label") ?? "" }));
  if (named.tag === "SELECT") await control.selectOption({ index: 1 }, { timeout: 3000 });
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
await finished(all);
await settle(all);
seen.everything = { yaml: await all.locator("#yaml").textContent(), status: await text(all, "#record-status"), wrong: (await all.locator("#form .wrong p").allInnerTexts()).slice(0, 5), elements: await all.locator("main img").count() };
await all.click("#check");
await settle(all);
await shownAll();
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
  await own.getByLabel("Finska").first().fill("x");
  await own.evaluate(() => document.querySelectorAll("#form section").forEach((s) => { s.hidden = false; }));
  await own.click("#check");
  await settle(own);
  await check(own, `${colorScheme} faults`);
  const wide = await own.evaluate(() => document.documentElement.scrollWidth);
  if (process.argv[3]) await own.screenshot({ path: `${process.argv[3]}-${colorScheme}.png`, fullPage: true });
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
