// A small service on Express: it signs its users in by itself, and Tenure keeps them signed in.

import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

import { Refused, fromEnv } from "@tenure/js/verify";
import express from "express";

const { TENURE_ISSUER: issuer, TENURE_API_KEY: apiKey, PORT: port = "3000" } = process.env;
const hash = promisify(scrypt);

// Follows the revocation feed, so that a session that ends anywhere is refused here at once.
const verifier = fromEnv();

// Your users are your own. These are in memory, and one of them exists.
const salt = randomBytes(16);
const users = new Map([["ann", await hash("correct horse", salt, 32)]]);
const nobody = randomBytes(32);

async function isPassword(user, password) {
  const given = await hash(password, salt, 32); // for strangers too, so that the time tells nothing
  return timingSafeEqual(given, users.get(user) ?? nobody);
}

// Asks Tenure's API. `body` is a form (OAuth) or becomes JSON.
async function tenure(method, path, body) {
  const isForm = body instanceof URLSearchParams;
  const response = await fetch(issuer + path, {
    method,
    headers: { authorization: `Bearer ${apiKey}`, ...(body && !isForm && { "content-type": "application/json" }) },
    body: isForm ? body : body && JSON.stringify(body),
    signal: AbortSignal.timeout(5000),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answers ${response.status}: ${text}`);
  return text && JSON.parse(text);
}

// Opens a session, and exchanges its auth token for one opaque token that a cookie can hold.
async function openSession(user) {
  const { auth_result: opened } = await tenure("POST", "/sessions", { user_id: user, amr: ["pwd"] });
  return tenure("POST", "/oauth/token", new URLSearchParams({
    grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
    subject_token: opened.auth_token,
    subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
    requested_token_type: "urn:tenure:params:oauth:token-type:session",
  }));
}

const endSession = (token) => tenure("POST", "/oauth/revoke", new URLSearchParams({ token }));

// Scripts cannot read it, other sites cannot send it along with a form, other hosts cannot set it.
const cookie = { httpOnly: true, secure: true, sameSite: "lax", path: "/" };
const NAME = "__Host-session";

function tokenOf(request) {
  const cookies = (request.get("cookie") ?? "").split("; ");
  return cookies.find((one) => one.startsWith(`${NAME}=`))?.slice(NAME.length + 1);
}

// Puts whoever is signed in at `request.session`. Trouble is 503 and signs nobody out.
async function whoIsIt(request, response, next) {
  try {
    request.session = await verifier.verify(tokenOf(request));
  } catch (why) {
    if (!(why instanceof Refused)) throw why;
    if (why.status !== 401) return response.status(why.status).set(why.headers).send(why.body);
  }
  next();
}

function signedIn(request, response, next) {
  if (!request.session) return response.status(401).send("Sign in first.");
  next();
}

// A form of another site signs nobody in or out.
function ownForm(request, response, next) {
  const site = request.get("sec-fetch-site") ?? "same-origin";
  if (site !== "same-origin") return response.status(403).send("This form is of another site.");
  next();
}

const SIGN_IN = `<form method="post" action="/sign-in"><input name="user" placeholder="ann" required>
  <input name="password" type="password" placeholder="correct horse" required><button>Sign in</button></form>`;
const SIGN_OUT = `<a href="/me">Who am I?</a> <form method="post" action="/sign-out"><button>Sign out</button></form>
  <form method="post" action="/sign-out-everywhere"><button>Sign out everywhere</button></form>`;

const app = express();
app.use(express.urlencoded({ extended: false, limit: "4kb" }), whoIsIt);

app.get("/", (request, response) => response.send(`<!doctype html><title>Example</title>${request.session ? SIGN_OUT : SIGN_IN}`));

app.get("/me", signedIn, (request, response) => response.set("cache-control", "no-store").json({ user: request.session.sub }));

app.post("/sign-in", ownForm, async (request, response) => {
  const { user = "", password = "" } = request.body ?? {};
  if (!(await isPassword(String(user), String(password)))) return response.status(401).send("No such user and password.");
  const opened = await openSession(String(user));
  const before = tokenOf(request);
  if (request.session && before) await endSession(before);
  response.cookie(NAME, opened.access_token, { ...cookie, maxAge: opened.authorization_expires_in * 1000 }).redirect(303, "/");
});

app.post("/sign-out", ownForm, signedIn, async (request, response) => {
  await endSession(tokenOf(request));
  response.clearCookie(NAME, cookie).redirect(303, "/");
});

app.post("/sign-out-everywhere", ownForm, signedIn, async (request, response) => {
  await tenure("DELETE", `/users/${encodeURIComponent(request.session.sub)}/tokens`);
  response.clearCookie(NAME, cookie).redirect(303, "/");
});

// Tenure could not be asked, or said no: nothing has changed for the user, who may try again.
app.use((why, _request, response, _next) => {
  console.error(why.message);
  response.status(503).set("retry-after", "2").send("Not now. Please try again in a moment.");
});

app.listen(Number(port), "127.0.0.1", () => console.log(`http://localhost:${port}`));
