// What can be read off a refresh token: its place in the chain. The rest of it is the server's secret.
import { el } from './dom.js';

const COLOURS = 8;

/** The number of a refresh token in its session: four bytes behind the key's id and the session's. */
export function numberOf(token) {
  const text = atob(token.slice('tr1_'.length).replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  return new DataView(bytes.buffer).getUint32(17);
}

/** A token shortened to what tells it apart, in the colour of its number. */
export function chip(token) {
  const number = numberOf(token);
  return el('span', { class: 'token', 'data-colour': number % COLOURS }, `tr1_…${token.slice(-4)} `, el('b', {}, `#${number}`));
}

/** The colour of a number. */
export const colourOf = (number) => number % COLOURS;
