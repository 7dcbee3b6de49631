// The live tail: what happens is put on top, until somebody pauses it.
const list = document.getElementById('events');
const pause = document.getElementById('pause');
const EVERY = 1000;
const KEPT = 500;
let paused = false;
let { after } = list.dataset;

function cell(row, text, of = {}) {
  const td = row.insertCell();
  Object.assign(td, of);
  td.append(text);
}

function show({ at, what, user, session, detail }) {
  const row = list.insertRow(0);
  const time = document.createElement('time');
  const when = new Date(at * 1000);
  time.title = when.toISOString();
  time.textContent = when.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
  cell(row, time, { className: 'nowrap' });
  cell(row, what);
  cell(row, user);
  const link = document.createElement('a');
  link.className = 'mono';
  link.href = `/apps/${list.dataset.app}/sessions/${session}`;
  link.textContent = session;
  cell(row, session ? link : '');
  cell(row, detail, { className: 'mono small' });
  while (list.rows.length > KEPT) list.deleteRow(-1);
  document.getElementById('none')?.remove();
}

async function look() {
  if (paused || document.hidden) return;
  const query = new URLSearchParams(location.search);
  query.set('after', after);
  const address = `/apps/${list.dataset.app}/events/after?${query}`;
  const answer = await fetch(address, { headers: { 'Tenure-Activity': 'hidden' } }).catch(() => null);
  if (!answer?.ok) return;
  const since = await answer.json();
  after = since.next_after;
  since.events.forEach(show);
}

pause.hidden = false;
pause.addEventListener('click', () => {
  paused = !paused;
  pause.setAttribute('aria-pressed', paused);
  pause.textContent = paused ? 'Go on' : 'Pause';
});
setInterval(look, EVERY);
