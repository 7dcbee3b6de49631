/** A message of the feed, checked: what is not exactly of the shape is refused as a whole. */

import { isObject, parseObject } from "../json.js";
import { FEED_MESSAGE_MAX_BYTES } from "../limits.js";

/** A place in the feed of one incarnation of the store. */
export interface Cursor {
  readonly incarnation: string;
  readonly number: number;
}

export type Reset = "start" | "fell_behind" | "other_store";

export type Subject = { readonly kind: "sid" | "kid"; readonly name: string } | { readonly kind: "sub" | "app"; readonly name: string; readonly iat: number };

export interface Entry {
  readonly n: number;
  /** Unix seconds. */
  readonly until: number;
  readonly subject: Subject;
}

/** A message of the right shape (rule 5 of docs/reference/revocation-feed.md). */
export interface Message {
  /** It begins after this number, or anew. */
  readonly after: number | { readonly reset: Reset };
  readonly cursor: Cursor;
  /** Not before `cursor`, and of its incarnation. */
  readonly head: number;
  /** Unix seconds, by the server's clock. */
  readonly asOf: number;
  readonly entries: readonly Entry[];
}

/** Why a message is refused, in words that repeat nothing of it. */
export class Unreadable extends Error {}

export function cursorText(cursor: Cursor): string {
  return `${cursor.incarnation}-${cursor.number}`;
}

/** Reads a message, or throws `Unreadable`. */
export function readMessage(json: Uint8Array): Message {
  if (json.length > FEED_MESSAGE_MAX_BYTES) throw new Unreadable("it is too long");
  const raw = parseObject(json);
  if (!raw) throw new Unreadable("it is no JSON object");
  const cursor = cursorOf(raw["cursor"]);
  const head = cursorOf(raw["head"]);
  if (!cursor || !head || head.incarnation !== cursor.incarnation) throw new Unreadable("its cursor or head is none");
  const after = afterOf(raw["after"], raw["reset"], cursor.incarnation);
  const asOf = raw["as_of"];
  const listed = raw["entries"];
  if (!isWhole(asOf) || !Array.isArray(listed)) throw new Unreadable("it is not of the shape of a message");
  let before = typeof after === "number" ? after : 0;
  if (before > cursor.number || cursor.number > head.number) throw new Unreadable("it ends before it begins, or beyond the head");
  const entries = listed.map(entryOf);
  for (const { n } of entries) {
    if (n <= before || n > cursor.number) throw new Unreadable("its entries are not in order, or beyond its bounds");
    before = n;
  }
  return { after, cursor, head: head.number, asOf, entries };
}

function afterOf(after: unknown, reset: unknown, incarnation: string): Message["after"] {
  if (after === null && (reset === "start" || reset === "fell_behind" || reset === "other_store")) return { reset };
  const cursor = cursorOf(after);
  // `reset` may be null, as it may be absent.
  if (!cursor || cursor.incarnation !== incarnation || (reset ?? null) !== null) {
    throw new Unreadable("its start is none, or it says reset where it is none");
  }
  return cursor.number;
}

function entryOf(raw: unknown): Entry {
  if (!isObject(raw) || !isWhole(raw["n"]) || !isWhole(raw["at"]) || !isWhole(raw["until"])) {
    throw new Unreadable("an entry is not of the shape of one");
  }
  const kinds = (["sid", "sub", "app", "kid"] as const).filter((kind) => (raw[kind] ?? null) !== null);
  const [kind] = kinds;
  const name = kind && raw[kind];
  if (kind === undefined || kinds.length > 1 || typeof name !== "string") throw new Unreadable("an entry has no subject, or several");
  const { n, until } = raw as { n: number; until: number };
  if (kind === "sid" || kind === "kid") return { n, until, subject: { kind, name } };
  const iat = raw["iat"];
  if (!isWhole(iat)) throw new Unreadable("an entry lacks its iat");
  return { n, until, subject: { kind, name, iat } };
}

function cursorOf(text: unknown): Cursor | undefined {
  const parts = typeof text === "string" ? /^([0-9a-f]{16})-([0-9]{1,16})$/.exec(text) : null;
  const number = Number(parts?.[2]);
  return parts?.[1] !== undefined && Number.isSafeInteger(number) ? { incarnation: parts[1], number } : undefined;
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
