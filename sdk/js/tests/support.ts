/** What tests share. */

import { type Code, type Policy, Refused, type Verifier } from "../verify/index.js";

/** The code with which a token is refused, or `valid`. Whatever else happens is a failure of the test. */
export async function verdict(verifier: Verifier, token: string, policy: Policy = {}): Promise<Code | "valid"> {
  return verifier.verify(token, policy).then(() => "valid" as const, codeOf);
}

export function codeOf(why: unknown): Code {
  if (why instanceof Refused) return why.code;
  throw why;
}
