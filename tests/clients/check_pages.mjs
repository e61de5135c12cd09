// Opens pages of a publication in Chromium, light and dark, and tells as JSON what is wrong with each:
// violations that axe-core finds, requests to another host, errors on the console, pages too wide for a phone.
// node check_pages.mjs BASE PATH…  (BASE is an address that ends in a slash)
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { launch } from "./browser.mjs";

const [base, ...paths] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = {
  light: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] },
  dark: { type: "rule", values: ["color-contrast", "link-in-text-block"] }, // the rules that look at colours
};
const browser = await launch();
const found = [];
for (const colorScheme of ["light", "dark"]) {
  // the page's own policy stays in force; only axe is let past it
  const context = await browser.newContext({ colorScheme, bypassCSP: false });
  const page = await context.newPage();
  let path = "";
  const say = (what, detail) => found.push({ path, colorScheme, what, detail });
  page.on("request", (request) => { if (!request.url().startsWith(base)) say("request", request.url()); });
  page.on("console", (message) => { if (message.type() === "error") say("console", message.text()); });
  page.on("pageerror", (error) => say("error", String(error)));
  page.on("dialog", (dialog) => { say("dialog", dialog.message()); dialog.dismiss(); });
  for (path of paths) {
    await page.goto(base + path, { waitUntil: "load" });
    await page.waitForTimeout(60);
    await page.evaluate(axe);
    const result = await page.evaluate((rules) => axe.run(document, { resultTypes: ["violations"], runOnly: rules }), RULES[colorScheme]);
    for (const v of result.violations) say("axe", `${v.id}: ${v.nodes.map((n) => n.target.join(" ") + " " + (n.any[0]?.message ?? "")).slice(0, 3).join("; ")}`);
  }
  await context.close();
}
const phone = await (await browser.newContext({ viewport: { width: 360, height: 740 } })).newPage();
for (const path of paths) {
  await phone.goto(base + path);
  const wide = await phone.evaluate(() => document.documentElement.scrollWidth);
  if (wide > 360) found.push({ path, what: "wide", detail: `${wide} pixels on a screen of 360` });
}
await browser.close();
console.log(JSON.stringify(found));
