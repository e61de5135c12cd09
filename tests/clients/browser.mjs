// Debian's Chromium, quiet: nothing of it asks the network for anything.
import { chromium } from "playwright-core";

const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

export const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: flags });

// A page whose faults, and requests that leave `base`, are noted in `seen`.
export const watched = async (browser, base, seen, options) => {
  const context = await browser.newContext({ acceptDownloads: true, ...options });
  const page = await context.newPage();
  page.on("pageerror", (error) => seen.errors.push(String(error)));
  page.on("console", (message) => { if (["error", "warning"].includes(message.type())) seen.errors.push(message.text()); });
  page.on("dialog", (dialog) => { seen.errors.push(`dialog ${dialog.message()}`); dialog.dismiss(); });
  context.on("request", (request) => { if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(base)) seen.elsewhere.push(request.url()); });
  return page;
};
