// The wire: a section for each scene, a column for each holder, a card for each request and its answer, in the order of time.
import { byId, el } from './dom.js';
import { chip } from './tokens.js';
import { length } from './words.js';

const LANES = { app: 'The app', tab: 'A second tab', thief: 'The thief', operator: 'Operator' };

/** Scenes that stay on the page; older ones go. */
const SCENES_KEPT = 8;

export class WireView {
  /** A new scene, above those before. */
  begin(title, says) {
    this.rows = 0;
    this.cards = el('ol', { class: 'cards' });
    this.outcome = el('p', { class: 'outcome', hidden: true });
    const heading = el('h3', {}, title);
    this.scene = el('section', { class: 'scene', 'aria-label': title }, heading, el('p', { class: 'soft small' }, says), this.cards, this.outcome);
    const story = byId('story');
    story.prepend(this.scene);
    [...story.children].slice(SCENES_KEPT).forEach((old) => old.remove());
  }

  /** How the scene ended. */
  end({ kind, text }) {
    this.outcome.classList.add(kind);
    this.outcome.textContent = text;
    this.outcome.hidden = false;
    byId('announcement').textContent = text;
  }

  /** The next moment: what shares it happens at once. */
  row() {
    this.rows += 1;
    return this.rows;
  }

  /** What everybody holds now, at the head of each column. */
  holders(holders) {
    for (const [who, { token }] of Object.entries(holders)) {
      byId(`holds-${who}`).replaceChildren(token === undefined ? 'nothing' : chip(token));
    }
  }

  /** Something that happens without a request. */
  event(who, row, text, token) {
    this.place(who, row, el('p', {}, text, chip(token))).classList.add('event');
  }

  /** A request that is about to be sent. */
  request(who, row, request) {
    const state = el('p', { class: 'answer pending' }, 'on its way …');
    const line = el('p', { class: 'call' }, el('b', {}, request.method), ` ${request.path}`);
    const card = this.place(who, row, line, ...sent(request), state);
    return { answered: (answer, meaning) => answered(card, state, answer, meaning, request.lost) };
  }

  /** What a token says, and what came of checking it. */
  panel({ header, claims }, result) {
    const part = (name, value) => el('div', {}, el('h4', {}, name), el('pre', {}, JSON.stringify(value, undefined, 2)));
    const badge = el('span', { class: `badge ${result.kind}` }, result.kind === 'good' ? 'verified here' : 'not verified');
    const card = this.place('operator', this.row(), el('div', { class: 'parts' }, part('Header', header), part('Claims', claims)));
    card.classList.add('panel');
    card.querySelector('.who').replaceChildren('The auth token ', badge);
  }

  place(who, row, ...content) {
    const card = el('li', { class: `exchange ${who}` }, el('p', { class: 'who' }, LANES[who]), ...content);
    card.style.gridRow = row;
    this.cards.append(card);
    return card;
  }
}

/** What goes out, besides method and path. */
function sent({ shows = {} }) {
  const lines = [];
  const line = (name, ...value) => lines.push(el('p', { class: 'goes' }, el('span', { class: 'name' }, name), ' ', ...value));
  if (shows.user !== undefined) line('user', el('b', {}, shows.user));
  if (shows.token !== undefined) line('token', chip(shows.token));
  if (shows.token !== undefined) line('key', shows.key === undefined ? 'none' : el('code', {}, `${shows.key.slice(0, 8)}…`));
  if (shows.auth) line('auth token', el('code', {}, 'eyJ…'));
  if (shows.jump !== undefined) line('jumps', el('b', {}, length(shows.jump)));
  return lines;
}

function answered(card, state, answer, meaning, lost) {
  const { status, json, reason, token } = answer;
  const ok = status >= 200 && status < 300;
  const colour = ok ? 'good' : status === 409 ? 'warn' : 'bad';
  const code = ok ? undefined : json?.code;
  state.className = 'answer';
  state.replaceChildren(el('b', { class: `status ${colour}` }, status === 0 ? 'no answer' : `${status}`));
  if (code !== undefined) state.append(' ', el('code', {}, reason === undefined ? code : `${code} · ${reason}`));
  if (token !== undefined) state.append(' ', chip(token));
  if (lost) {
    card.classList.add('lost');
    state.append(' ', el('span', { class: 'badge bad' }, 'lost on its way'));
  }
  card.append(el('p', { class: 'meaning' }, lost ? `The server: ${meaning} The app never hears of it.` : meaning));
}
