// What is typed is said in words as it is typed; the words are the server's.
const form = document.getElementById('settings');
const means = document.getElementById('means');
const WAITS = 250;
let waiting;
let asked = 0;

async function preview() {
  const mine = (asked += 1);
  const body = new URLSearchParams(new FormData(form));
  const answer = await fetch(form.dataset.preview, { method: 'POST', body, headers: { 'Tenure-Activity': 'focused' } }).catch(() => null);
  if (answer?.ok && mine === asked) means.innerHTML = await answer.text();
}

form.addEventListener('input', ({ target }) => {
  if (target.name === 'clients') document.getElementById('retry_leeway').value = target.dataset.leeway;
  clearTimeout(waiting);
  waiting = setTimeout(preview, WAITS);
});
