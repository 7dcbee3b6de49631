// What strangers may call themselves, and how one sees that a page took it for more than text.
import assert from 'node:assert/strict';

import { origin } from './console.js';
import { complaints } from './pages.js';

/** Text that a page could take for something else, by what it tries. Each would set `ran`, or ask another server. */
export const SAYINGS = {
  script: `<script>ran='script'</script>`,
  image: `"><img src=x onerror="ran='image'">`,
  drawing: `'><svg/onload=ran='drawing'>`,
  address: `javascript:ran='address'//`,
  attribute: `" autofocus onfocus=ran='attribute' x="`,
  'end of the element': `</textarea></title></style></pre></select></a><img src=//evil.localhost/x>`,
  template: `{{7*7}}{% raw %}\${ran='template'}<%=7*7%>`,
  comment: `--><base href=//evil.localhost><!--<![CDATA[`,
  'escaped once': `&lt;img src=x onerror=ran=1&gt;&#x3c;b&#x3e;`,
  'line separator': `one\u2028data: {"words":"forged"}\u2029two`,
  'right to left': `ann\u202Enimda`,
  path: `../../../audit?a=%22#b&c=d\\e`,
  formula: `=HYPERLINK("//evil.localhost","ann")`,
};

/** What a browser says by itself of an answer that is a refusal. */
const REFUSED = /^error: Failed to load resource: the server responded with a status of 4\d\d/;

/** Watches `page` for everything that a script of a stranger would do. */
export function watch(page) {
  const seen = complaints(page);
  page.on('dialog', async (dialog) => {
    seen.push(`dialog: ${dialog.message()}`);
    await dialog.dismiss();
  });
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) seen.push(`request: ${request.url()}`);
  });
  return seen;
}

/** What on `page` is not of the console's own making, and what was seen of it. */
export async function harm(page, seen) {
  const found = await page.evaluate(() => {
    const all = [...document.querySelectorAll('*')];
    const made = all.filter(({ localName }) => ['img', 'iframe', 'object', 'embed', 'base', 'style'].includes(localName));
    const scripts = [...document.scripts].filter(({ src }) => !src.startsWith(`${location.origin}/assets/`));
    const handlers = all.filter((element) => [...element.attributes].some(({ name }) => name.startsWith('on')));
    const links = [...document.querySelectorAll('[href], [action], [formaction]')].filter((element) =>
      ['href', 'action', 'formaction']
        .map((name) => element.getAttribute(name))
        .some((at) => at !== null && !new URL(at, location.href).href.startsWith(`${location.origin}/`)),
    );
    const strange = [...made, ...scripts, ...handlers, ...links].map(({ outerHTML }) => `element: ${outerHTML.slice(0, 200)}`);
    return typeof ran === 'undefined' ? strange : [...strange, `script: ${ran}`];
  });
  return [...seen.filter((line) => !REFUSED.test(line)), ...found, ...(await turned(page)).map((text) => `turned around: ${text}`)];
}

/** Text of ours that stands behind a stranger's in the same line, so that a mark of theirs (RLO, UAX #9) would turn it around. */
function turned(page) {
  return page.evaluate(() => {
    const own = (element) => {
      const { display, unicodeBidi } = getComputedStyle(element);
      return display !== 'inline' || /isolate|plaintext/.test(unicodeBidi);
    };
    const found = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      if (!walk.currentNode.data.includes('\u202E')) continue;
      let box = walk.currentNode.parentElement;
      while (!own(box)) box = box.parentElement;
      const behind = box.textContent.split('\u202E').at(-1).trim();
      if (!/^nimda"?$/.test(behind)) found.push(box.textContent.trim());
    }
    return found;
  });
}

/** All that `page` shows as text, in fields too. */
export function shown(page) {
  return page.evaluate(() => {
    const fields = [...document.querySelectorAll('input, textarea')].map(({ value }) => value);
    return [document.body.textContent, ...fields].join('\n');
  });
}

/** Opens `path` of the console, and holds it to showing each of `texts` as text, and to nothing else. */
export async function harmless(page, seen, path, texts = []) {
  await page.goto(`${origin}${path}`);
  const text = await shown(page);
  for (const said of texts) assert.ok(text.includes(said), `${path} does not show ${said}`);
  assert.deepEqual(await harm(page, seen), [], path);
}
