// Pages of several origins: the same empty page at every name and port of this machine.
import { createServer } from 'node:http';
import { after, before } from 'node:test';

const PAGE = '<!doctype html><meta charset="utf-8"><title>A page</title><link rel="icon" href="data:,">';

/**
 * A server for the tests of a file, on a free port. `at(host)` is an origin of it: to a browser `localhost` at two ports is one
 * site and two origins, and `evil.localhost` another site. `headers` go with every page.
 */
export function siteForTests(headers = {}) {
  const server = createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'text/html', ...headers }).end(PAGE);
  });
  before(() => new Promise((listening) => server.listen(0, '127.0.0.1', listening)));
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { at: (host = 'localhost') => `http://${host}:${server.address().port}` };
}
