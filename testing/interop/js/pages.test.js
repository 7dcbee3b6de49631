// Pages in a browser: those of the app's origins may call and read, and no others.
import assert from 'node:assert/strict';
import test from 'node:test';

import { newApp } from '../support.js';

const ORIGIN = 'http://localhost:3000';
const ANOTHER = 'http://localhost:4000';

const CALLS = [
  ['', 'GET'],
  ['/tokens', 'POST'],
  ['/tokens/', 'POST'],
  ['/tokens', 'DELETE'],
  ['/oauth/token', 'POST'],
  ['/oauth/revoke', 'POST'],
  ['/.well-known/jwks.json', 'GET'],
  ['/.well-known/openid-configuration', 'GET'],
];

/** What a browser asks before it sends a call with headers of the caller's own. */
function preflight(address, origin, method, headers) {
  const asked = { 'Access-Control-Request-Method': method, 'Access-Control-Request-Headers': headers };
  return fetch(address, { method: 'OPTIONS', headers: { Origin: origin, ...asked } });
}

test('TE-11 a page of the app may call; a page of another site may not', async () => {
  const app = await newApp({ allowed_origins: [ORIGIN] });
  for (const [path, method] of CALLS) {
    const what = `${method} ISS${path}`;
    const { status, headers } = await preflight(app.issuer + path, ORIGIN, method, 'content-type,passage-version');
    assert.equal(status, 204, what);
    assert.equal(headers.get('access-control-allow-origin'), ORIGIN, what);
    assert.match(headers.get('access-control-allow-methods'), new RegExp(`\\b${method}\\b`), what);
    assert.match(headers.get('access-control-allow-headers'), /\bcontent-type\b.*\bpassage-version\b/, what);
    const other = await preflight(app.issuer + path, ANOTHER, method, 'content-type');
    assert.equal(other.headers.get('access-control-allow-origin'), null, what);
  }
});

test('a page of the app may read an answer, also one that refuses; a page of another site may not', async () => {
  const app = await newApp({ allowed_origins: [ORIGIN] });
  for (const [path, method] of CALLS) {
    const read = async (origin) => {
      const response = await fetch(app.issuer + path, { method, headers: { Origin: origin } });
      return response.headers.get('access-control-allow-origin');
    };
    assert.equal(await read(ORIGIN), ORIGIN, `${method} ISS${path}`);
    assert.equal(await read(ANOTHER), null, `${method} ISS${path}`);
  }
});
