// How far a job has come, while it runs.
const job = document.getElementById('job');
// Nobody need be there: what this page asks by itself is no activity.
const ask = (address) => fetch(address, { headers: { 'Tenure-Activity': 'hidden' } }).catch(() => null);

async function look() {
  const answer = await ask(job.dataset.state);
  if (!answer?.ok) return true;
  const { state, words, share, running } = await answer.json();
  document.getElementById('state').textContent = state;
  document.getElementById('words').textContent = words;
  document.getElementById('share').setAttribute('width', share);
  return running || !(await decided());
}

// What can be done about it now is the page's to say.
async function decided() {
  const answer = await ask(location.href);
  if (!answer?.ok) return false;
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  document.getElementById('acts').replaceWith(page.getElementById('acts'));
  return true;
}

if ('running' in job.dataset) {
  const again = async () => (await look()) && setTimeout(again, 500);
  setTimeout(again, 500);
}
