// Searches a publication as a person would, and prints what was seen as JSON: node search_site.mjs BASE LANG=QUERY…
// BASE is an address that ends in a slash, http: or file:. LANG is the folder of the language, empty for the first.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { launch, watched } from "./browser.mjs";

const [base, ...asked] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await launch();
const seen = { errors: [], elsewhere: [], found: {}, axe: [], wide: [] };
const page = await watched(browser, base, seen, { viewport: { width: 1280, height: 900 } });
const loaded = new Set();
page.on("request", (request) => loaded.add(request.url().slice(base.length).split("?")[0]));
const ofSearch = () => [...loaded].filter((path) => /^(search\/(?!names|ids)|assets\/vendor\/)/.test(path)).sort();
const answered = () => page.waitForFunction(() => {
  const found = document.getElementById("found").textContent;
  return found && !found.endsWith("…") && document.activeElement;
});
const screen = () => page.evaluate(() => ({
  title: document.title,
  status: document.getElementById("found").textContent,
  notes: [...document.querySelectorAll("#notes p")].map((p) => p.textContent),
  help: !document.getElementById("help").hidden,
  box: document.getElementById("q").value,
  kinds: Object.fromEntries([...document.querySelectorAll("main section[aria-labelledby^=of-]")].map((section) => [
    section.querySelector("h2").id.slice(3),
    {
      total: Number(section.querySelector("h2 .count").textContent),
      hits: [...section.querySelectorAll("li")].map((li) => ({
        path: li.querySelector("a").getAttribute("href"),
        title: li.querySelector("a").textContent,
        passage: li.querySelector(".passage")?.textContent ?? "",
        marks: [...li.querySelectorAll("mark")].map((mark) => mark.textContent),
      })),
    },
  ])),
}));

// nothing of the index is loaded by pages on which nobody asks
for (const path of ["index.html", "projects.html", "doc/project/turku-reivi.html", "search.html"]) {
  await page.goto(base + path);
  await page.waitForTimeout(200);
}
seen.unasked = ofSearch();
seen.invited = await page.locator("#help").isVisible();

for (const each of asked) {
  const [lang, query] = each.split("=");
  loaded.clear();
  await page.goto(`${base}${lang ? `${lang}/` : ""}search.html?q=${encodeURIComponent(query)}`);
  await answered();
  seen.found[each] = { ...await screen(), loaded: ofSearch() };
}

// the box in the head, by keyboard, from a page of a thing; then the first hit
await page.goto(base + "doc/organisation/turun-kaupunki.html");
await page.focus(".skip");
for (let n = 0; n < 12 && await page.evaluate(() => document.activeElement.id) !== "q"; n++) await page.keyboard.press("Tab");
await page.keyboard.type("reivi");
await Promise.all([page.waitForURL("**/search.html?q=reivi"), page.keyboard.press("Enter")]);
await answered();
seen.keyboard = await screen();
await page.focus("main .row-title");
await Promise.all([page.waitForURL("**/project/*"), page.keyboard.press("Enter")]);
seen.followed = new URL(page.url()).pathname.split("/").slice(-3).join("/");

// the language switch keeps the query
await page.goto(base + "search.html?q=Helsinki");
await answered();
await Promise.all([page.waitForURL("**/sv/search.html?q=Helsinki"), page.click('.languages a[hreflang="sv"]')]);
await answered();
seen.swedish = await screen();

// more of a long list, by its button
await page.goto(base + "sv/search.html?q=kommun");
await answered();
const section = page.locator("main section").first();
const before = await section.locator("li").count();
await section.getByRole("button").click();
await page.waitForFunction((n) => document.querySelector("main section").querySelectorAll("li").length > n, before);
seen.more = { before, after: await section.locator("li").count(), focus: await page.evaluate(() => document.activeElement.className) };

// accessible, light and dark, and not too wide on a phone
for (const colorScheme of ["light", "dark"]) for (const path of ["search.html?q=Helsinki", "en/search.html?q=helsinki", "en/search.html?q=carbon+footprint", "sv/search.html?q=finnsinte", "search.html"]) {
  const context = await browser.newContext({ colorScheme, viewport: { width: 360, height: 740 } });
  const phone = await context.newPage();
  await phone.goto(base + path);
  await phone.waitForTimeout(400);
  await phone.evaluate(axe);
  const result = await phone.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
  for (const v of result.violations) seen.axe.push(`${path} ${colorScheme} ${v.id}: ${v.nodes.map((node) => node.target.join(" ")).slice(0, 3)}`);
  if (await phone.evaluate(() => document.documentElement.scrollWidth) > 360) seen.wide.push(path);
  await context.close();
}

// without scripts the page says so
const plain = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
await plain.goto(base + "search.html?q=a");
seen.plain = await plain.locator("main .notice").innerText();

await browser.close();
console.log(JSON.stringify(seen));
