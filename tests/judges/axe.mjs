// Runs axe-core over pages in Chromium: by day on a wide screen, in the dark on a narrow one.
//
// Standard input: a JSON list of addresses (file://...). Standard output: {judged, found}: how often a page was looked
// at, and a list of {url, view, rule, impact, target, why}. CHROMIUM names the browser.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const urls = JSON.parse(readFileSync(0, "utf8"));
const views = [
  { colorScheme: "light", viewport: { width: 800, height: 1000 } },
  { colorScheme: "dark", viewport: { width: 320, height: 640 } },
];
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--host-resolver-rules=MAP * ~NOTFOUND",
  ],
});
const found = [];
let judged = 0;
for (const view of views) {
  const context = await browser.newContext(view);
  const page = await context.newPage();
  for (const url of urls) {
    await page.goto(url);
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
    judged += 1;
    for (const { id, impact, nodes } of violations) {
      for (const node of nodes) {
        found.push({
          url, impact, rule: id, view: view.colorScheme, target: node.target.join(" "),
          why: node.failureSummary.replace(/\s+/g, " "),
        });
      }
    }
  }
  await context.close();
}
await browser.close();
process.stdout.write(JSON.stringify({ judged, found }));
