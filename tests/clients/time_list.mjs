// Opens the list of projects of a large site, and prints as JSON how many milliseconds a reader waits for what,
// and how many bytes of memory the scripts take:
// node time_list.mjs BASE
// BASE is an address that ends in a slash. Each time is from the act to the frame in which its results are painted.
import { launch } from "./browser.mjs";

const base = process.argv[2];
const browser = await launch();
const page = await browser.newPage();
const found = () => page.locator("#found").innerText();
const told = {};
const timed = async (name, act, ready) => {
  const start = performance.now();
  await act();
  await page.waitForFunction(ready.test, ready.given);
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  told[name] = Math.round(performance.now() - start);
};
const changed = async () => ({ test: (before) => document.getElementById("found").textContent !== before, given: await found() });
await timed("first rows", () => page.goto(base + "projects.html", { waitUntil: "commit" }), { test: () => document.querySelector("#results .row-title") });
await timed("index ready", async () => {}, { test: () => document.querySelectorAll("#theme option").length > 1 });
await timed("search", () => page.fill("#words", "energia"), await changed());
await timed("search and filter", () => page.selectOption("#region", "02"), await changed());
await timed("cleared", () => page.click("#filters button[type=reset]"), await changed());
await timed("filter by year", () => page.selectOption("#year", { index: 3 }), await changed());
await timed("opened with a filter", () => page.goto(base + "projects.html?region=02&q=energia", { waitUntil: "commit" }), { test: () => document.querySelectorAll("#theme option").length > 1 });
const heap = await page.evaluate(() => performance.memory.usedJSHeapSize);
await browser.close();
console.log(JSON.stringify({ milliseconds: told, heap }));
