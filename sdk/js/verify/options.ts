/** How a verifier is set up: by code, or by the environment alone. */

import { type Clock, systemClock } from "./clock.js";
import { CLOCK_SKEW_SECONDS } from "./limits.js";
import type { Log, MetricsHook } from "./metrics.js";
import type { Fetch } from "./request.js";

export interface Options {
  /** The app's issuer, `https://…/v1/apps/{app}`; `http` only for loopback. */
  readonly issuer: string;
  /** A key of role `verify`: turns on the feed, and introspection. */
  readonly apiKey?: string;
  /**
   * How the feed is read. `background`, unless said otherwise: by a stream that stays open. `on_demand`: when a route needs it and what is
   * known is older than its `staleAfter`, in that request; for functions and workers, where nothing runs between requests.
   */
  readonly feed?: "background" | "on_demand";
  /** The last part of the issuer unless said otherwise. */
  readonly audience?: string;
  /** A key set as JSON text: then no keys are fetched. */
  readonly jwks?: string;
  /** Seconds for which a token is still taken after its `exp`; 0 unless said otherwise, 30 at most. */
  readonly leeway?: number;
  readonly metrics?: MetricsHook;
  /** `console.warn` unless said otherwise. */
  readonly log?: Log;
  readonly fetch?: Fetch;
  readonly clock?: Clock;
}

export interface Settings {
  readonly issuer: string;
  readonly apiKey: string | undefined;
  readonly feed: "background" | "on_demand";
  readonly app: string;
  readonly audience: string;
  readonly jwks: string | undefined;
  readonly leeway: number;
  readonly metrics: MetricsHook | undefined;
  readonly log: Log;
  readonly fetch: Fetch;
  readonly clock: Clock;
}

/** Visible ASCII: what may stand in a header as it is. */
const API_KEY = /^[\x21-\x7e]{1,256}$/;

/** Throws, and says what to do, where the options are not to be worked with. */
export function settingsOf(options: Options): Settings {
  const { issuer, apiKey, feed = "background", leeway = 0 } = options;
  const app = appOf(issuer);
  if (apiKey !== undefined && !API_KEY.test(apiKey)) {
    throw new TypeError("apiKey is no API key: it is visible ASCII, at most 256 characters. Leave it out to do without the feed.");
  }
  if (feed !== "background" && feed !== "on_demand") throw new TypeError("feed is background or on_demand.");
  if (!(leeway >= 0 && leeway <= CLOCK_SKEW_SECONDS)) throw new TypeError(`leeway is 0 to ${CLOCK_SKEW_SECONDS} seconds.`);
  if (options.audience === "") throw new TypeError("audience is empty: give it a value, or leave it out.");
  return {
    issuer,
    apiKey,
    feed,
    app,
    audience: options.audience ?? app,
    jwks: options.jwks,
    leeway,
    metrics: options.metrics,
    log: options.log ?? ((message) => console.warn(message)),
    fetch: options.fetch ?? ((url, init) => fetch(url, init)),
    clock: options.clock ?? systemClock,
  };
}

function appOf(issuer: string): string {
  const what = "issuer (TENURE_ISSUER) is the app's issuer, https://…/v1/apps/{app}";
  let url: URL;
  try {
    url = new URL(issuer);
  } catch {
    throw new TypeError(`${what}; it is no URL.`);
  }
  const isLoopback = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback)) {
    throw new TypeError(`${what}; it has to begin with https:// (http:// only for this machine itself).`);
  }
  const app = url.pathname.split("/").at(-1) ?? "";
  if (app === "" || /[?#@\s]/.test(issuer)) throw new TypeError(`${what}; it ends with the name of an app, and nothing after it.`);
  return app;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** What TENURE_ISSUER, TENURE_API_KEY, TENURE_AUDIENCE and TENURE_JWKS_FILE say; only the first is required. */
export function optionsFrom(env: Environment, readFile: (path: string) => string): Options {
  const read = (name: string) => {
    if (env[name] === "") throw new TypeError(`${name} is empty: give it a value, or leave it out.`);
    return env[name];
  };
  const issuer = read("TENURE_ISSUER");
  if (issuer === undefined) throw new TypeError("TENURE_ISSUER is not set: give it the app's issuer, https://…/v1/apps/{app}.");
  const [apiKey, audience, file] = [read("TENURE_API_KEY"), read("TENURE_AUDIENCE"), read("TENURE_JWKS_FILE")];
  return {
    issuer,
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(audience === undefined ? {} : { audience }),
    ...(file === undefined ? {} : { jwks: readFile(file) }),
  };
}
