// A Chromium of this machine, with a profile of its own that is gone afterwards.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';

import { chromium } from 'playwright-core';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * One browser for the tests of a file. `people()` gives somebody with an empty cookie jar, who leaves when the file is done;
 * `cookiesSet` holds every Set-Cookie that anybody's browser was sent.
 */
export function browserForTests() {
  const cookiesSet = [];
  let browser;
  before(async () => {
    const executablePath = process.env.TENURE_CHROMIUM;
    assert.ok(executablePath, 'TENURE_CHROMIUM is not set: start these tests with testing/browser/run.sh');
    browser = await chromium.launch({ executablePath, headless: true, args: FLAGS });
  });
  after(() => browser?.close());
  const people = async () => {
    const context = await browser.newContext();
    context.setDefaultTimeout(15_000);
    context.on('response', async (response) => {
      const headers = await response.headersArray().catch(() => []); // The page may be gone.
      cookiesSet.push(...headers.filter(({ name }) => name.toLowerCase() === 'set-cookie').map(({ value }) => value));
    });
    return context;
  };
  return { people, cookiesSet };
}

/** A page at `url`, in the browser of `context`. */
export async function open(context, url) {
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

/**
 * `fetch` as a script of `page` calls it. Gives the status, the text and the JSON, if it is some; or the name of the error
 * that the script sees when the browser does not let it have the answer.
 */
export function call(page, url, options = {}) {
  return page.evaluate(
    async ([url, options]) => {
      try {
        const response = await fetch(url, options);
        const text = await response.text();
        let json;
        try {
          json = JSON.parse(text);
        } catch {
          // Not every answer is JSON.
        }
        return { status: response.status, type: response.type, text, json };
      } catch (error) {
        return { error: error.name };
      }
    },
    [url, options],
  );
}
