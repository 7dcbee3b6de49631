/** Verifies Tenure's auth tokens. Runs wherever there are `fetch` and WebCrypto; imports nothing. */

import { type Environment, type Options, optionsFrom, settingsOf } from "./options.js";
import { Verifier } from "./verifier.js";

export type { Claims, StandardClaims } from "./claims.js";
export type { Clock } from "./clock.js";
export type { Counter, Gauge, Log, MetricsHook } from "./metrics.js";
export type { Environment, Options } from "./options.js";
export type { Policy } from "./policy.js";
export { CODES, Refused, type Code } from "./refusal.js";
export type { Fetch } from "./request.js";
export type { Verifier } from "./verifier.js";

/** A verifier of one app's tokens. Throws where the options are not to be worked with. */
export function createVerifier<Extra extends object = { readonly [name: string]: unknown }>(options: Options): Verifier<Extra> {
  return new Verifier<Extra>(settingsOf(options));
}

/** A verifier that is configured by the environment alone. `TENURE_JWKS_FILE` needs a file system: in Node it is read. */
export function fromEnv<Extra extends object = { readonly [name: string]: unknown }>(
  env: Environment = (globalThis as { process?: { env: Environment } }).process?.env ?? {},
): Verifier<Extra> {
  return createVerifier<Extra>(
    optionsFrom(env, () => {
      throw new TypeError("TENURE_JWKS_FILE cannot be read here: there is no file system. Give the keys as the option jwks.");
    }),
  );
}
