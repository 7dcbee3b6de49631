/** JSON as two readers cannot understand differently: no member twice, a bounded depth, no half characters. */

import { JSON_MAX_DEPTH } from "./limits.js";

export type JsonObject = { readonly [name: string]: unknown };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** One JSON object in UTF-8; `undefined` for anything else. */
export function parseObject(input: string | Uint8Array): JsonObject | undefined {
  try {
    const text = typeof input === "string" ? input : new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(input);
    if (!isUnambiguous(text)) return undefined;
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const STRING = /"(?:[^"\\]|\\.)*"/sy;
const NUMBER = /[-+.0-9eE]+/y;
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Looks only at what `JSON.parse` lets through: it keeps the last of two members, makes 1e999 infinite, takes half a surrogate pair, and
 * has no bound on depth. What is no JSON at all is left to it.
 */
function isUnambiguous(text: string): boolean {
  const open: (Set<string> | undefined)[] = []; // the names so far in an object, nothing for an array
  let nameNext = false;
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === "{" || char === "[") {
      nameNext = char === "{";
      open.push(nameNext ? new Set() : undefined);
      if (open.length > JSON_MAX_DEPTH) return false;
    } else if (char === "}" || char === "]") {
      open.pop();
      nameNext = false;
    } else if (char === ",") {
      nameNext = open.at(-1) !== undefined;
    } else if (char === '"') {
      const literal = match(STRING, text, at);
      if (literal === undefined) return false;
      const value = JSON.parse(literal) as string; // names are compared as what they say, not as they are escaped
      if (LONE_SURROGATE.test(value)) return false;
      if (nameNext) {
        const names = open.at(-1);
        if (names?.has(value)) return false;
        names?.add(value);
        nameNext = false;
      }
      at += literal.length - 1;
    } else if (char === "-" || (char >= "0" && char <= "9")) {
      const literal = match(NUMBER, text, at) ?? char;
      if (!Number.isFinite(Number(literal))) return false;
      at += literal.length - 1;
    }
  }
  return true;
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}
