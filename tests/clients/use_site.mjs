// Uses a publication as a person would, and prints what was seen as JSON: node use_site.mjs BASE
// BASE is an address that ends in a slash, http: or file:.
import { launch } from "./browser.mjs";

const base = process.argv[2];
const browser = await launch();
const context = await browser.newContext({ acceptDownloads: true, permissions: [] });
const page = await context.newPage();
const seen = { errors: [], elsewhere: [] };
page.on("pageerror", (error) => seen.errors.push(String(error)));
page.on("request", (request) => { if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(base)) seen.elsewhere.push(request.url()); });
const text = (selector) => page.locator(selector).innerText();
const rows = () => page.locator("#results .row-title").count();
const settle = () => page.waitForTimeout(250);

// search and filters
await page.goto(base + "projects.html");
await page.waitForSelector("#filters:not([hidden])");
await settle();
seen.all = await rows();
seen.themes = await page.locator("#theme option").allInnerTexts();
await page.fill("#words", "reivi");
await settle();
seen.reivi = await page.locator("#results .row-title").allInnerTexts();
await page.fill("#words", "");
await page.selectOption("#region", "02");
await settle();
seen.region = { found: await text("#found"), rows: await rows(), themes: await page.locator("#theme option").allInnerTexts(), query: new URL(page.url()).search };
await page.selectOption("#theme", "networks");
await settle();
seen.both = { rows: await rows(), query: new URL(page.url()).search };
const saved = async (format) => {
  const [download] = await Promise.all([page.waitForEvent("download"), page.click(`#downloads [data-format=${format}]`)]);
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
};
seen.csv = await saved("csv");
seen.json = JSON.parse(await saved("json"));

// the language switch keeps the page and the search
await page.click('.languages a[hreflang="sv"]');
await page.waitForSelector("#filters:not([hidden])");
await settle();
seen.swedish = { path: new URL(page.url()).pathname.split("/").slice(-2).join("/"), query: new URL(page.url()).search, lang: await page.evaluate(() => document.documentElement.lang), rows: await rows() };
await page.fill("#words", "finns inte alls");
await settle();
seen.none = await text("#found");
await page.click("#filters button[type=reset]");
await settle();
seen.cleared = await rows();
await page.goto(base + "doc/project/turku-reivi.html");
await page.click('.languages a[hreflang="en"]');
seen.english = { path: new URL(page.url()).pathname.split("/").slice(-4).join("/"), lang: await page.evaluate(() => document.documentElement.lang) };

// the map, by keyboard alone
await page.goto(base + "index.html");
await page.focus(".tags li:last-child a");
await page.keyboard.press("Tab");
seen.map = [];
for (let n = 0; n < 60; n++) {
  const at = await page.evaluate(() => document.activeElement.closest("#map a")?.getAttribute("aria-label") ?? null);
  if (at === null) break;
  seen.map.push(at);
  if (n === 0) seen.told = await page.locator("#map-told").innerText();
  await page.keyboard.press("Tab");
}
seen.afterMap = await page.evaluate(() => document.activeElement.dataset.zoom ?? document.activeElement.tagName);
const box = () => page.getAttribute("#map", "viewBox");
const before = await box();
await page.focus('[data-zoom="in"]');
await page.keyboard.press("Enter");
seen.zoomed = (await box()) !== before;
await page.focus('[data-zoom="whole"]');
await page.keyboard.press("Enter");
seen.whole = (await box()) === before;
await page.focus("#map .areas-small a");
await Promise.all([page.waitForURL("**/municipality/*"), page.keyboard.press("Enter")]);
seen.followed = new URL(page.url()).pathname.split("/").slice(-3).join("/");

// the copy button
await page.goto(base + "doc/project/turku-reivi.html");
await page.click(".iri .copy");
await settle();
seen.copied = await text(".iri .copy");

// without scripts the list is still there
const plain = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
await plain.goto(base + "projects.html");
seen.plain = { rows: await plain.locator("#results .row-title").count(), filters: await plain.locator("#filters").isVisible() };

await browser.close();
console.log(JSON.stringify(seen));
