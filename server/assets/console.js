// What every page of the console does besides being read: times in the reader's own zone, and buttons that ask first.
const LONG_AGO = 300 * 86_400_000;

/** Writes the Unix second `unix` into `time`: in the reader's own zone, with the year where it may be another one, and in UTC on asking. */
export function write(time, unix) {
  const at = new Date(unix * 1000);
  const year = Math.abs(Date.now() - at) > LONG_AGO ? 'numeric' : undefined;
  const clock = { hour: 'numeric', minute: '2-digit', second: '2-digit' };
  time.dateTime = at.toISOString();
  time.title = `${at.toISOString().replace('T', ' ').slice(0, 19)} UTC`;
  time.textContent = at.toLocaleString(undefined, { year, month: 'short', day: 'numeric', ...clock });
}

for (const time of document.querySelectorAll('time[data-unix]')) write(time, Number(time.dataset.unix));

for (const form of document.querySelectorAll('form[data-ask]')) {
  form.addEventListener('submit', (event) => {
    if (!confirm(form.dataset.ask)) event.preventDefault();
  });
}

for (const copy of document.querySelectorAll('button[data-copy]')) {
  copy.hidden = false;
  copy.addEventListener('click', async () => {
    await navigator.clipboard.writeText(document.getElementById(copy.dataset.copy).textContent);
    copy.textContent = 'Copied';
  });
}

// Whoever uses the page stays signed in; whoever left it is signed out when their time is over, and is told so.
const LOOK_EVERY = 30_000;
let used = Date.now();
for (const kind of ['pointerdown', 'pointermove', 'keydown', 'scroll']) {
  addEventListener(kind, () => (used = Date.now()), { passive: true });
}

async function alive() {
  const idle = Math.round((Date.now() - used) / 1000);
  const state = document.hidden ? 'hidden' : document.hasFocus() ? 'focused' : 'visible';
  const answer = await fetch('/alive', { headers: { 'Tenure-Activity': `${state};idle=${idle}` } }).catch(() => null);
  if (answer?.status !== 401) return;
  clearInterval(looking);
  document.getElementById('signed-out-at').textContent = new Date().toLocaleTimeString();
  document.getElementById('signed-out').showModal();
}

const looking = setInterval(alive, LOOK_EVERY);
document.addEventListener('visibilitychange', () => document.hidden || alive());
