// Opening a page as everybody would: narrow and wide, light and dark, and holding it to what every page owes.
import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const LOOKS = [
  { width: 360, scheme: 'light' },
  { width: 360, scheme: 'dark' },
  { width: 1440, scheme: 'light' },
  { width: 1440, scheme: 'dark' },
];

/** Everything that `page` complains of from now on: errors in the console, exceptions, and what its policy (CSP) forbids. */
export function complaints(page) {
  const said = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) said.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => said.push(`exception: ${error.message}`));
  page.on('requestfailed', (request) => {
    // What a page is left before, what it closes, and what becomes a download has not failed.
    const error = request.failure()?.errorText;
    if (request.resourceType() !== 'eventsource' && error !== 'net::ERR_ABORTED') said.push(`failed: ${request.url()} ${error}`);
  });
  return said;
}

/** Serious and critical findings of axe on the page as it is, in one line each. */
export async function findings(page) {
  // In a world of its own: the page's policy, which allows no script but its own, stays in force.
  const client = await page.context().newCDPSession(page);
  const { frameTree } = await client.send('Page.getFrameTree');
  const { executionContextId: contextId } = await client.send('Page.createIsolatedWorld', { frameId: frameTree.frame.id });
  const run = (expression) =>
    client.send('Runtime.evaluate', { contextId, expression, awaitPromise: true, returnByValue: true });
  await run(axe);
  const { result } = await run('axe.run(document, { resultTypes: ["violations"] }).then((r) => r.violations)');
  await client.detach();
  return result.value
    .filter(({ impact }) => ['serious', 'critical'].includes(impact))
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}

/**
 * Opens `url` in each look and holds it to what every page owes: nothing in the browser's console, no violation of its policy, no
 * serious finding of axe, nothing that is wider than the window. With TENURE_PICTURES set to a folder, leaves a picture of each
 * there, called after `name`. `look(page)` may wait, press and assert.
 */
export async function everywhere(context, url, name, look = async () => {}) {
  for (const { width, scheme } of LOOKS) {
    const page = await context.newPage();
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: scheme });
    const said = complaints(page);
    const answer = await page.goto(url);
    assert.ok(answer.ok(), `${name}: ${answer.status()}`);
    assert.match(answer.headers()['content-security-policy'] ?? '', /^default-src 'none'/, name);
    await look(page, { width, scheme });
    assert.deepEqual(await findings(page), [], `${name} at ${width} px, ${scheme}`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(wide <= 0, `${name} is ${wide} px wider than a window of ${width} px`);
    assert.deepEqual(said, [], `${name} at ${width} px, ${scheme}`);
    if (process.env.TENURE_PICTURES) {
      await mkdir(process.env.TENURE_PICTURES, { recursive: true });
      await page.screenshot({ path: `${process.env.TENURE_PICTURES}/${name}-${width}-${scheme}.png`, fullPage: true });
    }
    await page.close();
  }
}
