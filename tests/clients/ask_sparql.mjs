// Asks in the SPARQL page as a person would, and prints what was seen as JSON: node ask_sparql.mjs BASE
// BASE is an address that ends in a slash.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { launch, watched } from "./browser.mjs";

const base = process.argv[2];
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await launch();
const seen = { errors: [], elsewhere: [], axe: [], before: [], named: {} };
const opened = (options = {}) => watched(browser, base, seen, { permissions: ["clipboard-read", "clipboard-write"], ...options });
const page = await opened();
const requests = [];
page.context().on("request", (request) => requests.push(request.url().slice(base.length)));
const text = (selector) => page.locator(selector).innerText();
const answered = async () => {
  await page.waitForSelector("#ask[aria-busy=false]", { timeout: 30000 });
  return page.locator("#status").innerText();
};
const run = async (query) => {
  await page.fill("#query", query);
  await page.click("#run");
  return answered();
};
const csv = async () => {
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#downloads button")]);
  return readFileSync(await download.path(), "utf8");
};
const check = async (page, where) => {
  await page.evaluate(axe);
  const result = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  for (const v of result.violations) seen.axe.push(`${where}: ${v.id}: ${v.nodes.map((n) => n.target.join(" ")).slice(0, 3).join("; ")}`);
};

// nothing of the engine before it is asked
await page.goto(base + "sparql.html");
await page.waitForSelector("#ask:not([hidden])");
await page.waitForTimeout(200);
seen.before = requests.filter((path) => /vendor|dump|worker/.test(path));

// every named query, with its own parameters
for (const name of await page.locator("#named option").evaluateAll((all) => all.map((o) => o.value).filter(Boolean))) {
  await page.selectOption("#named", name);
  await page.click("#run");
  const status = await answered();
  const label = await page.locator("#downloads button").first().innerText();
  seen.named[name] = { status, fault: await text("#fault"), file: label === "CSV" ? await csv() : label, ways: await page.locator("#views button").allInnerTexts() };
}
seen.after = [...new Set(requests.filter((path) => /vendor|dump|worker/.test(path)))].sort();

// a parameter
await page.selectOption("#named", "permanence-of-municipality");
await page.fill("#parameter-municipality", "853");
seen.parameter = { query: await page.inputValue("#query") };
await page.click("#run");
seen.parameter.status = await answered();
await page.fill("#parameter-municipality", "853> } DROP ALL #");
seen.parameter.wrong = { told: await text("#parameter-municipality-told"), query: await page.inputValue("#query") };

// chart and map
await page.selectOption("#named", "grants-by-region");
await page.click("#run");
await answered();
await page.locator("#views button").nth(1).click();
seen.chart = { caption: await text("#shown caption"), bars: await page.locator("#shown .bar rect").evaluateAll((all) => all.map((r) => Number(r.getAttribute("width")))) };
await page.selectOption("#charted", { label: "grants" });
seen.chart.grants = await page.locator("#shown td.number").allInnerTexts();
await page.locator("#views button").nth(2).click();
await page.waitForSelector(".answer-map a");
seen.map = { areas: await page.locator(".answer-map a").evaluateAll((all) => all.map((a) => [a.getAttribute("href"), a.getAttribute("aria-label")])), key: await text(".answer-map .legend") };
await page.locator(".answer-map a").first().focus();
seen.map.keyboard = await page.evaluate(() => document.activeElement.getAttribute("aria-label"));

// links, and texts that would be markup
seen.hostileStatus = await run(`SELECT ("<img src=x onerror=alert(1)><script>alert(2)</script>" AS ?text) (IRI("javascript:alert(3)") AS ?script) (IRI("https://example.org/a\\"onmouseover=alert(4)") AS ?quote) (hanke:lead AS ?term) (<id/project/turku-reivi/grant/grant-1> AS ?part) {}`);
seen.hostile = {
  text: await page.locator("#shown tbody td").first().innerText(),
  elements: await page.locator("#shown img, #shown script").count(),
  links: await page.locator("#shown tbody a").evaluateAll((all) => all.map((a) => a.getAttribute("href"))),
};
seen.formula = await (await run(`SELECT ("=1+1" AS ?formula) (-5 AS ?number) ("a,\\"b" AS ?quotes) {}`), csv());

// other forms of queries
seen.ask = await run("ASK { ?p a hanke:Project }");
seen.describe = { status: await run("DESCRIBE <id/municipality/167>"), head: await page.locator("#shown th").allInnerTexts() };
seen.none = await run("SELECT * { ?x a hanke:Nothing }");
seen.many = { status: await run("SELECT * { ?s ?p ?o }"), rows: await page.locator("#shown tbody tr").count() };

// faults, with their place
seen.fault = { status: await run("SELECT ?x WHERE {\n  ?x a hanke:Project\n  FILTER(\n}"), told: await text("#fault"), line: await page.locator("#lines .wrong").innerText(), answer: await page.locator("#answer").isVisible() };
await page.locator("#fault button").click();
seen.fault.at = await page.evaluate(() => [document.activeElement.id, document.activeElement.value.slice(0, document.activeElement.selectionStart).split("\n").length]);
await run(`SELECT * { SERVICE <${base}nothing> { ?a ?b ?c } }`);
seen.service = { told: await text("#fault"), asked: requests.filter((path) => path.startsWith("nothing")) };
await run("DELETE WHERE { ?a ?b ?c }");
seen.update = await text("#fault");

// cancel, and ask again
const heavy = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }";
await page.fill("#query", heavy);
await page.click("#run");
await page.waitForTimeout(400);
seen.cancel = { running: await text("#status"), disabled: await page.locator("#run").isDisabled() };
await page.click("#cancel");
seen.cancel.status = await answered();
seen.cancel.focus = await page.evaluate(() => document.activeElement.id);
seen.cancel.again = await run("SELECT (COUNT(*) AS ?n) { ?p a hanke:Project }");
seen.cancel.answer = await text("#shown tbody");

// by keyboard alone
await page.focus("#query");
await page.keyboard.press("Control+Enter");
seen.keyboard = { status: await answered() };
await page.keyboard.press("Tab");
seen.keyboard.left = await page.evaluate(() => document.activeElement.id !== "query");

// links to queries
await page.fill("#query", "SELECT ?x # 100 % & more\n{ ?x a hanke:Project }");
await page.click("#share");
seen.share = { own: await page.evaluate(() => navigator.clipboard.readText()) };
await page.selectOption("#named", "running-in-month");
await page.fill("#parameter-month", "2021-05");
await page.click("#share");
seen.share.named = await page.evaluate(() => navigator.clipboard.readText());
const other = await opened();
await other.goto(seen.share.own);
await other.waitForSelector("#ask:not([hidden])");
seen.share.ownQuery = await other.inputValue("#query");
await other.goto("about:blank");
await other.goto(seen.share.named);
await other.waitForSelector("#parameter-month");
seen.share.month = await other.inputValue("#parameter-month");
await other.click(".languages a[hreflang=sv]");
await other.waitForSelector("#parameter-month");
seen.share.swedish = { lang: await other.evaluate(() => document.documentElement.lang), month: await other.inputValue("#parameter-month") };
await other.goto("about:blank");
await other.goto(`${base}sparql.html#name=constructor&query2=x`);
await other.waitForSelector("#ask:not([hidden])");
seen.share.unknown = await other.inputValue("#named");

// accessible with every kind of result, light and dark, and not too wide for a phone
for (const colorScheme of ["light", "dark"]) {
  const own = await opened({ colorScheme, viewport: { width: 360, height: 740 } });
  await own.goto(base + "en/sparql.html");
  await own.waitForSelector("#ask:not([hidden])");
  await check(own, `${colorScheme} before`);
  await own.click("#run");
  await own.waitForSelector("#answer:not([hidden])");
  for (const n of [0, 1, 2]) {
    await own.locator("#views button").nth(n).click();
    if (n === 2) await own.waitForSelector(".answer-map a");
    await check(own, `${colorScheme} ${n}`);
    const wide = await own.evaluate(() => document.documentElement.scrollWidth);
    if (wide > 360) seen.errors.push(`${wide} pixels wide, view ${n}`);
  }
  await own.fill("#query", "SELECT {");
  await own.click("#run");
  await own.waitForSelector("#fault .notice");
  await check(own, `${colorScheme} fault`);
  await own.context().close();
}
await browser.close();
console.log(JSON.stringify(seen));
