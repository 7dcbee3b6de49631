/** The same in Node, where keys can come from a file. */

import { readFileSync } from "node:fs";

import { createVerifier } from "./index.js";
import { type Environment, optionsFrom } from "./options.js";
import type { Verifier } from "./verifier.js";

export * from "./index.js";

/** A verifier that is configured by the environment alone; `TENURE_JWKS_FILE` is read once, now. */
export function fromEnv<Extra extends object = { readonly [name: string]: unknown }>(env: Environment = process.env): Verifier<Extra> {
  return createVerifier<Extra>(
    optionsFrom(env, (path) => {
      try {
        return readFileSync(path, "utf8");
      } catch (why) {
        throw new TypeError(`TENURE_JWKS_FILE, ${path}, cannot be read: ${(why as Error).message}`);
      }
    }),
  );
}
