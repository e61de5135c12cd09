// Screenshots of pages, for people to look at: node shots.mjs FOLDER OUT [NAME=PATH…]; light and dark, desktop and phone.
import { mkdirSync } from "node:fs";
import { launch } from "./browser.mjs";

const [folder, out, ...pages] = process.argv.slice(2);
const browser = await launch();
mkdirSync(out, { recursive: true });
const sizes = { desktop: { width: 1280, height: 900 }, phone: { width: 375, height: 800 } };
for (const [size, viewport] of Object.entries(sizes)) {
  for (const colorScheme of ["light", "dark"]) {
    if (process.env.ONLY && !process.env.ONLY.split(",").includes(`${size}-${colorScheme}`)) continue;
    const context = await browser.newContext({ viewport, colorScheme });
    const page = await context.newPage();
    for (const given of pages) {
      const [name, path] = given.split("=", 2);
      await page.goto(`file://${folder}/${given.slice(name.length + 1)}`);
      await page.waitForTimeout(200);
      await page.screenshot({ path: `${out}/${name}-${size}-${colorScheme}.png`, fullPage: !process.env.FOLD });
    }
    await context.close();
  }
}
await browser.close();
