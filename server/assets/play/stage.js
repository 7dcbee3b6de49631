// Who holds what, and what became of it. Everything that is said of the session was read from the server.
import { pause } from './dom.js';
import { ofAnything, ofAuthToken, ofRefresh } from './meaning.js';
import { Stopped, ask, must } from './server.js';
import { numberOf } from './tokens.js';

export class Stage {
  /** `wire` shows requests and `chain` the session. */
  constructor(wire, chain) {
    Object.assign(this, { wire, chain });
    this.forget();
  }

  /** Nobody is signed in. */
  forget() {
    this.session = undefined;
    this.holders = { app: {}, tab: {}, thief: {} };
    this.successors = new Map();
    this.parents = new Map();
    this.frozen = false;
    this.show();
  }

  get live() {
    return this.session?.status === 'live';
  }

  at(path) {
    return `/v1/apps/${this.app.id}${path}`;
  }

  backend(path) {
    return `/play/apps/${this.app.id}${path}`;
  }

  /** A session for the user: their app's backend knows who they are. */
  async signIn() {
    this.forget();
    const answer = await this.open('app', 'The backend says who this is: a session, with its first tokens.');
    this.take('app', answer);
    this.session = answer.json.session;
    await this.look();
    this.show();
  }

  /** Opens a session that `who` gets. */
  async open(who, says) {
    const request = { method: 'POST', path: this.backend('/sessions'), json: { user_id: this.user } };
    const meaning = (answer) => (answer.status === 201 ? says : ofAnything(answer));
    const answer = await this.exchange(who, { ...request, shows: { user: this.user } }, meaning);
    if (answer.status !== 201) throw new Stopped(ofAnything(answer));
    return answer;
  }

  /**
   * `who` presents their refresh token. `key: false` sends no Idempotency-Key; `lost` drops the answer on its way; `row` is
   * shared by what happens at once.
   */
  async refresh(who, { key = true, lost = false, row, activity } = {}) {
    const holder = this.holders[who];
    const { token } = holder;
    if (key) holder.key ??= crypto.randomUUID();
    const headers = key ? { 'Idempotency-Key': holder.key } : {};
    if (activity !== undefined) headers['Tenure-Activity'] = activity;
    const lived = this.live;
    const request = { method: 'POST', path: this.at('/tokens'), headers, json: { refresh_token: token } };
    return this.exchange(who, { ...request, row, lost, shows: { token, key: headers['Idempotency-Key'] } }, (answer) => {
      const known = { presented: numberOf(token), successor: this.successors.get(token), lived, livesOn: this.live };
      if (answer.token !== undefined) {
        known.number = numberOf(answer.token);
        this.successors.set(token, answer.token);
        this.parents.set(known.number, known.presented);
        if (!lost) this.take(who, answer);
      }
      return ofRefresh(answer, known);
    });
  }

  /** `who` uses their auth token, at the one address that takes it here. */
  useAuthToken(who) {
    const headers = { Authorization: `Bearer ${this.holders[who].auth}` };
    return this.exchange(who, { method: 'GET', path: this.at('/me/sessions'), headers, shows: { auth: true } }, ofAuthToken);
  }

  /** An operator does something. */
  operate(request, meaning) {
    return this.exchange('operator', request, (answer) => (answer.status === 200 ? meaning(answer) : ofAnything(answer)));
  }

  /** Time passes; gives the server's time afterwards, in Unix seconds. */
  async jump(seconds, says) {
    const request = { method: 'POST', path: '/dev/clock', json: { advance_seconds: seconds }, shows: { jump: seconds } };
    const answer = await this.operate(request, () => says);
    if (answer.status !== 200) throw new Stopped(ofAnything(answer));
    return answer.json.now;
  }

  /** Without any request: the thief gets a copy of what the app holds. */
  steal() {
    this.holders.thief = { token: this.holders.app.token };
    this.wire.event('thief', this.wire.row(), 'A copy is made, and nobody notices: ', this.holders.app.token);
    this.show();
    return pause();
  }

  /** One request, shown from before it is sent until its answer is understood. */
  async exchange(who, request, meaning) {
    const card = this.wire.request(who, request.row ?? this.wire.row(), request);
    await pause();
    const answer = await ask(request);
    await this.look();
    card.answered(answer, meaning(answer));
    this.show();
    if (answer.status === 0 || answer.status === 429 || answer.status >= 500) throw new Stopped(ofAnything(answer));
    await pause();
    return answer;
  }

  /** What the store says of the session. */
  async look() {
    if (this.session === undefined) return;
    const { json } = await must({ method: 'GET', path: this.backend(`/sessions/${this.session.session_id}`) });
    this.session = json;
  }

  /** `who` keeps what an answer brought. All tabs of an app share what it stores. */
  take(who, { token, auth }) {
    this.holders[who] = { token, auth };
    if (who !== 'thief' && !this.frozen) this.share(who);
  }

  /** The other tab reads what the app has stored. */
  share(from = 'app') {
    const other = from === 'app' ? 'tab' : 'app';
    this.holders[other] = { ...this.holders[from] };
    this.show();
  }

  show() {
    this.wire.holders(this.holders);
    this.chain.show(this);
  }
}
