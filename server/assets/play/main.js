// The playground: who signs in, which scene is played, and what the server has counted meanwhile.
import { ChainView } from './chain_view.js';
import { byId, el } from './dom.js';
import { scenes } from './scenes.js';
import { Stopped, counts, must } from './server.js';
import { Stage } from './stage.js';
import { WireView } from './wire_view.js';
import { length } from './words.js';

const wire = new WireView();
const stage = new Stage(wire, new ChainView());
let playing = false;
let countedAtFirst;

stage.clock = async () => (await must({ method: 'GET', path: '/play/apps' })).json.now;

/** Plays one scene, signing in first where nobody is. One at a time: a second press waits for nobody, and does nothing. */
async function play({ title, says, play: run }) {
  if (playing) return;
  playing = true;
  document.body.dataset.playing = title;
  wire.begin(title, says);
  wire.scene.scrollIntoView?.({ block: 'nearest' });
  try {
    await stage.look();
    if (!stage.live) await stage.signIn();
    const ended = await run(stage);
    if (ended !== undefined) wire.end(ended);
  } catch (error) {
    wire.end({ kind: 'warn', text: stopped(error) });
  } finally {
    stage.frozen = false;
    playing = false;
    delete document.body.dataset.playing;
    await count();
  }
}

function stopped(error) {
  if (error instanceof Stopped) return `The scene stops here. ${error.message}`;
  console.error(error);
  return 'The scene stops here: a fault of this page. Its console says more.';
}

const signIn = {
  title: 'Sign in',
  says: 'However the app knows its users: its backend vouches for this one.',
  async play() {
    return { kind: 'good', text: 'Signed in. The app holds a short-lived auth token, and refresh token #1 for when that expires.' };
  },
};

/** What the server counted since this page was opened, if it says. */
async function count() {
  const now = await counts();
  if (now === undefined) return;
  countedAtFirst ??= now;
  byId('refreshes').textContent = now.refreshes - countedAtFirst.refreshes;
  byId('commits').textContent = now.commits - countedAtFirst.commits;
}

function usable({ settings }) {
  if (!settings.refresh_tokens) return 'has no refresh tokens';
  return settings.transport === 'cookie' ? 'keeps its tokens in cookies' : undefined;
}

/** The apps to choose from; one that the page could not show is there, and says why not. */
function choose(apps) {
  const select = byId('app');
  for (const app of apps) {
    const why = usable(app);
    select.append(el('option', { value: app.id, disabled: why !== undefined }, why === undefined ? app.name : `${app.name} (${why})`));
  }
  const first = apps.find((app) => app.id === 'demo' && usable(app) === undefined) ?? apps.find((app) => usable(app) === undefined);
  select.value = first?.id ?? '';
  return first;
}

function use(app) {
  stage.app = app;
  stage.forget();
  const { retry_leeway: leeway, lost_response: lost, reuse_detection: reuse } = app.settings;
  byId('settings').textContent = `retry_leeway ${length(leeway)} · lost_response ${lost} · reuse_detection ${reuse}`;
}

function buttons(virtualClock) {
  for (const scene of scenes) {
    const off = scene.clock && !virtualClock;
    const says = off ? 'Needs a clock that can jump: tenure dev --virtual-clock' : scene.says;
    const button = el('button', { type: 'button', id: `scene-${scene.id}`, disabled: off, 'aria-describedby': `says-${scene.id}` }, scene.title);
    button.addEventListener('click', () => play(scene));
    byId('scenes').append(el('li', { class: off ? 'off' : undefined }, button, el('span', { class: 'says', id: `says-${scene.id}` }, says)));
  }
}

async function start() {
  const { apps, virtual_clock: virtualClock } = (await must({ method: 'GET', path: '/play/apps' })).json;
  const first = choose(apps);
  if (first === undefined) throw new Stopped('No app here has refresh tokens in bodies. Turn them on for one, and load this page again.');
  stage.user = byId('user').value;
  use(first);
  buttons(virtualClock);
  byId('app').addEventListener('change', ({ target }) => use(apps.find(({ id }) => id === target.value)));
  byId('sign-in').addEventListener('submit', (event) => {
    event.preventDefault();
    if (playing) return;
    stage.user = byId('user').value;
    stage.forget();
    play(signIn);
  });
  await count();
  document.body.dataset.ready = '';
}

start().catch((error) => {
  const trouble = byId('trouble');
  trouble.textContent = stopped(error);
  trouble.hidden = false;
});
