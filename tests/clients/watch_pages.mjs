// Opens pages in Chromium and tells as JSON of anything that should not happen: a dialog, an error, a request elsewhere,
// an element or an attribute that only a foreign hand could have put there. node watch_pages.mjs BASE PATH…
import { launch } from "./browser.mjs";

const [base, ...paths] = process.argv.slice(2);
const browser = await launch();
const page = await (await browser.newContext()).newPage();
const found = [];
let path = "";
const say = (what, detail) => found.push({ path, what, detail });
page.on("request", (request) => { if (!request.url().startsWith(base) || /\/x$/.test(request.url())) say("request", request.url()); });
page.on("pageerror", (error) => say("error", String(error)));
page.on("console", (message) => { if (message.type() === "error") say("console", message.text()); });
page.on("dialog", (dialog) => { say("dialog", dialog.message()); dialog.dismiss(); });
for (path of paths) {
  await page.goto(base + path);
  await page.waitForTimeout(150);
  const foreign = await page.evaluate(() => [...document.querySelectorAll("*")]
    .filter((e) => e.localName === "img" || e.localName === "b" || [...e.attributes].some((a) => a.name.startsWith("on")))
    .map((e) => e.outerHTML.slice(0, 100)));
  if (foreign.length) say("element", foreign.join(" "));
}
await browser.close();
console.log(JSON.stringify(found));
