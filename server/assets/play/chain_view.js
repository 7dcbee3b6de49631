// The chain of a session's refresh tokens, as the store has it: which one is current, which one was before it, what is dead.
import { byId, el } from './dom.js';
import { colourOf, numberOf } from './tokens.js';
import { length } from './words.js';

/** The newest tokens that are shown; those before them are counted. */
const SHOWN = 7;
const NAMES = { app: 'app', tab: 'tab', thief: 'thief' };

export class ChainView {
  constructor() {
    this.list = byId('chain');
    this.links = new Map();
  }

  /** Brings the picture to what `stage` knows; links that stay keep their elements, so that they move. */
  show(stage) {
    const { session } = stage;
    byId('nobody').hidden = session !== undefined;
    byId('session').hidden = session === undefined;
    if (session === undefined) return this.clear();
    const first = Math.max(1, session.seq - SHOWN + 1);
    byId('earlier').textContent = first > 1 ? `${first - 1} earlier, all dead` : '';
    for (let number = first; number <= session.seq; number += 1) this.link(number).dataset.state = stateOf(number, stage);
    for (const [number, link] of this.links) {
      if (number < first || number > session.seq) this.remove(number, link);
      else describe(link, number, stage);
    }
    this.facts(session);
  }

  link(number) {
    const known = this.links.get(number);
    if (known !== undefined) return known;
    const made = el('li', { 'data-colour': colourOf(number) }, el('b', {}, `#${number}`), el('span', { class: 'state' }), el('span', { class: 'held' }));
    this.links.set(number, made);
    this.list.append(made);
    return made;
  }

  remove(number, link) {
    link.remove();
    this.links.delete(number);
  }

  clear() {
    for (const [number, link] of this.links) this.remove(number, link);
  }

  facts(session) {
    const live = session.status === 'live';
    const status = byId('status');
    status.className = `badge ${live ? 'good' : 'bad'}`;
    status.textContent = live ? 'live' : `${session.status}: ${session.reason}`;
    byId('whose').textContent = session.user_id;
    byId('sid').textContent = session.session_id;
    const idle = session.idle_expires_at === null ? 'never for being idle' : `after ${length(session.idle_expires_at - session.active_at)} without activity`;
    byId('ends').textContent = live ? `Ends ${idle}; ${length(session.expires_at - session.created_at)} after sign-in at the latest.` : 'It is never served again.';
  }
}

function stateOf(number, { session, parents }) {
  if (session.status !== 'live') return 'over';
  if (number === session.seq) return 'current';
  return number === parents.get(session.seq) ? 'previous' : 'dead';
}

function describe(link, number, stage) {
  const { session, holders } = stage;
  link.querySelector('.state').textContent = link.dataset.state;
  const ours = (token) => token !== undefined && numberOf(token) === number && sessionOf(token) === session.session_id;
  const held = Object.keys(NAMES).filter((who) => ours(holders[who].token));
  link.querySelector('.held').replaceChildren(...held.map((who) => el('span', { class: `holder ${who}` }, NAMES[who])));
}

/** The session that a token belongs to: sixteen of its bytes, as the session's id is written. */
function sessionOf(token) {
  const text = atob(token.slice('tr1_'.length).replaceAll('-', '+').replaceAll('_', '/')).slice(1, 17);
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
