/** The adapters, in the frameworks that they are for. */

import assert from "node:assert/strict";
import { type Server, createServer, request as send } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";

import express from "express";
import fastify from "fastify";

import * as forExpress from "../verify/adapters/express.js";
import * as forFastify from "../verify/adapters/fastify.js";
import * as forNext from "../verify/adapters/next.js";
import type { Policy, Verifier } from "../verify/index.js";
import { fakeIssuer } from "../verify/testing/index.js";

type Mine = { plan?: string };

/** A server with /required, /optional and /strict, which answer with the plan. */
type Stack = (verifier: Verifier<Mine>, strict: Policy) => Promise<Server>;

const STACKS: Record<string, Stack> = {
  async Express(verifier, strict) {
    const auth = forExpress.guard(verifier);
    const app = express();
    app.get("/required", auth.require(), (request, response) => void response.send(`plan ${auth.claims(request).plan}`));
    app.get("/optional", auth.attach(), (request, response) => void response.send(`plan ${auth.session(request)?.plan}`));
    app.use("/strict", auth.require(), auth.require(strict));
    app.get("/strict", (_request, response) => void response.send("in"));
    app.get("/forgotten", (request, response) => void response.send(auth.claims(request).sub));
    app.use(((_error, _request, response, _next) => void response.status(500).end()) as express.ErrorRequestHandler);
    return listening(createServer(app));
  },
  async Fastify(verifier, strict) {
    const auth = forFastify.guard(verifier);
    const app = fastify();
    app.get("/required", { onRequest: auth.require() }, async (request) => `plan ${auth.claims(request).plan}`);
    app.get("/optional", { onRequest: auth.attach() }, async (request) => `plan ${auth.session(request)?.plan}`);
    app.get("/strict", { onRequest: [auth.require(), auth.require(strict)] }, async () => "in");
    app.get("/forgotten", async (request) => auth.claims(request).sub);
    await app.listen({ host: "127.0.0.1", port: 0 });
    return app.server;
  },
  async Next(verifier, strict) {
    const auth = forNext.guard(verifier);
    const refuse = auth.refuse();
    const routes: Record<string, (request: Request) => Promise<Response>> = {
      "/required": auth.require((_request, claims) => new Response(`plan ${claims.plan}`)),
      "/optional": auth.attach((_request, claims) => new Response(`plan ${claims?.plan}`)),
      "/strict": async (request) => (await refuse(request)) ?? auth.require(() => new Response("in"), strict)(request),
      "/forgotten": async () => new Response(null, { status: 500 }),
    };
    return listening(createServer(async (incoming, outgoing) => {
      const headers = new Headers();
      for (let at = 0; at < incoming.rawHeaders.length; at += 2) headers.append(incoming.rawHeaders[at] ?? "", incoming.rawHeaders[at + 1] ?? "");
      const route = routes[incoming.url ?? ""] ?? (async () => new Response(null, { status: 404 }));
      const answer = await route(new Request(`http://localhost${incoming.url}`, { headers }));
      outgoing.writeHead(answer.status, Object.fromEntries(answer.headers));
      outgoing.end(await answer.text());
    }));
  },
};

for (const [name, stack] of Object.entries(STACKS)) {
  test(`${name}: who may in gets in, and everybody else is answered`, async (t) => {
    const issuer = await fakeIssuer();
    const verifier = await issuer.following<Mine>();
    const server = await stack(verifier, { onStale: "deny", maxAge: 60 });
    t.after(() => (verifier.close(), server.close(), server.closeAllConnections()));
    const get = (path: string, ...authorization: string[]) => ask(server, path, authorization);
    const token = await issuer.mint({ plan: "pro", sid: "s_2" });

    for (const header of [`Bearer ${token}`, `bearer   ${token}`]) {
      assert.deepEqual(pick(await get("/required", header)), [200, "plan pro"]);
    }
    assert.deepEqual(pick(await get("/optional", `Bearer ${token}`)), [200, "plan pro"]);
    for (const headers of [[], [`Basic ${token}`], ["Bearer"], ["Bearer "], [`Bearer ${token}`, `Bearer ${token}`]]) {
      const refused = await get("/required", ...headers);
      assert.equal(refused.status, 401, String(headers));
      assert.equal(refused.headers["www-authenticate"], "Bearer");
      assert.equal(JSON.parse(refused.body).code, "missing_token");
      assert.deepEqual(pick(await get("/optional", ...headers)), [200, "plan undefined"]);
    }

    const revoked = await issuer.mint({ plan: "pro" });
    await issuer.revoke({ sid: "s_1" });
    const answer = await get("/required", `Bearer ${revoked}`);
    assert.equal(answer.status, 401);
    assert.equal(answer.headers["www-authenticate"], 'Bearer error="invalid_token", error_description="the session has ended"');
    assert.equal(answer.headers["cache-control"], "no-store");
    assert.match(String(answer.headers["content-type"]), /^application\/json/);
    assert.deepEqual(JSON.parse(answer.body), {
      code: "revoked", error: "the session has ended", refreshable: true,
      hint: "Refresh: the answer says whether the user has to sign in again. https://github.com/tenure-rs/tenure/blob/main/docs/reference/verifier-errors.md#revoked",
    });
    assert.deepEqual(pick(await get("/optional", `Bearer ${revoked}`)), [200, "plan undefined"]);

    assert.deepEqual(pick(await get("/strict", `Bearer ${token}`)), [200, "in"]);
    const old = await issuer.mint({ auth_time: issuer.clock.unixSeconds() - 61, sid: "s_2" });
    const challenged = await get("/strict", `Bearer ${old}`);
    assert.equal(challenged.status, 401);
    assert.match(String(challenged.headers["www-authenticate"]), /^Bearer error="insufficient_user_authentication", .*, max_age="60"$/);
    issuer.intercept = () => Promise.reject(new Error("down"));
    issuer.feed.breakStreams();
    await issuer.clock.advance(20);
    const stale = await get("/strict", `Bearer ${token}`);
    assert.equal(stale.status, 503);
    assert.equal(stale.headers["retry-after"], "2");
    assert.equal(stale.headers["www-authenticate"], undefined);
    assert.equal(JSON.parse(stale.body).code, "feed_stale");
    assert.deepEqual(pick(await get("/required", `Bearer ${token}`)), [200, "plan pro"]);

    assert.equal((await get("/forgotten", `Bearer ${token}`)).status, 500, "claims are there only behind require");
  });
}

test("a policy that means nothing is refused when the route is made", async () => {
  const issuer = await fakeIssuer();
  const auth = forExpress.guard(issuer.verifier());
  const wrong: [object, RegExp][] = [
    [{ on_stale: "deny" }, /no option on_stale/], [{ revocation: "feed" }, /needs an API key/], [{ revocation: "always" }, /none, feed or introspect/],
    [{ onStale: "no" }, /allow or deny/], [{ staleAfter: 0 }, /above 0/], [{ maxAge: -1 }, /0 or more/], [{ maxAge: 1.5 }, /whole/],
    [{ acrValues: [] }, /at least one/], [{ acrValues: ['a"b'] }, /without spaces, quotes/],
  ];
  for (const [policy, says] of wrong) {
    assert.throws(() => auth.require(policy as Policy), says);
    assert.throws(() => auth.attach(policy as Policy), says);
  }
});

function listening(server: Server): Promise<Server> {
  return new Promise((done) => server.listen(0, "127.0.0.1", () => done(server)));
}

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

const pick = ({ status, body }: Answer) => [status, body];

/** By hand, as `fetch` joins headers that are sent twice. */
function ask(server: Server, path: string, authorization: readonly string[]): Promise<Answer> {
  const { port } = server.address() as AddressInfo;
  const headers = authorization.flatMap((value) => ["Authorization", value]);
  return new Promise((done, fail) => {
    send({ host: "127.0.0.1", port, path, agent: false, headers: ["Host", "localhost", ...headers] }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
      response.on("end", () => done({ status: response.statusCode ?? 0, headers: response.headers, body }));
    }).on("error", fail).end();
  });
}
