// Events as they happen: put on top of the table while it is followed, kept back while it is paused.
import { write } from './console.js';

const MOST_ROWS = 500;

const button = document.getElementById('tail');
const state = document.getElementById('tail-state');
const rows = document.getElementById('events');
const { stream, app } = button.dataset;

let source = null;
let paused = false;
let kept = [];

const link = (address, text) => {
  const element = document.createElement('a');
  element.href = address;
  element.textContent = text;
  return element;
};

const cell = (row, label, content, className = '') => {
  const element = row.insertCell();
  element.dataset.label = label;
  element.className = className;
  if (content) element.append(content);
};

const show = (event) => {
  document.getElementById('no-events')?.remove();
  const row = rows.insertRow(0);
  const time = document.createElement('time');
  write(time, event.at);
  const user = event.user_id && link(`/apps/${app}/users?user_id=${encodeURIComponent(event.user_id)}`, event.user_id);
  const session = event.session_id && link(`/apps/${app}/sessions/${event.session_id}`, event.support_code);
  cell(row, 'When', time, 'nowrap');
  cell(row, 'What', event.words, 'wrap');
  cell(row, 'Type', event.type, 'mono small nowrap');
  cell(row, 'User', user, 'wrap');
  cell(row, 'Session', session, 'mono nowrap');
  while (rows.rows.length > MOST_ROWS) rows.deleteRow(-1);
};

const say = () => {
  if (paused) state.textContent = `Paused${kept.length > 0 ? `: ${kept.length} new` : ''}`;
  else state.textContent = 'Following';
};

const follow = () => {
  source = new EventSource(stream);
  source.onopen = say;
  source.onmessage = ({ data }) => {
    const event = JSON.parse(data);
    if (paused) kept = [...kept, event].slice(-MOST_ROWS);
    else show(event);
    say();
  };
  source.onerror = () => {
    const over = source.readyState === EventSource.CLOSED;
    state.textContent = over ? 'Not connected any more. Load the page again.' : 'Connecting…';
    if (over) button.hidden = true;
  };
};

button.hidden = false;
button.addEventListener('click', () => {
  if (!source) {
    state.textContent = 'Connecting…';
    follow();
  } else {
    paused = !paused;
    if (!paused) kept.splice(0).forEach(show);
    say();
  }
  button.textContent = paused ? 'Go on' : 'Pause';
});
addEventListener('pagehide', () => source?.close());
