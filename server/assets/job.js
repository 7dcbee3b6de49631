// How far a job has come, while it runs.
const job = document.getElementById('job');

async function look() {
  const answer = await fetch(job.dataset.state, { headers: { 'Tenure-Activity': 'hidden' } }).catch(() => null);
  if (!answer?.ok) return true;
  const { state, words, share, running } = await answer.json();
  document.getElementById('state').textContent = state;
  document.getElementById('words').textContent = words;
  document.getElementById('share').setAttribute('width', share);
  // What can be done about it now is the page's to say.
  if (!running) location.reload();
  return running;
}

if ('running' in job.dataset) {
  const again = async () => (await look()) && setTimeout(again, 500);
  setTimeout(again, 500);
}
