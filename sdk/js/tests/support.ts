/** What tests share. */

import { type Code, type Policy, Refused, type Verifier } from "../verify/index.js";

/** The code with which a token is refused, or `valid`. Whatever else happens is a failure of the test. */
export async function verdict(verifier: Verifier, token: string, policy: Policy = {}): Promise<Code | "valid"> {
  try {
    await verifier.verify(token, policy);
    return "valid";
  } catch (why) {
    if (why instanceof Refused) return why.code;
    throw why;
  }
}
