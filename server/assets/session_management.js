// What the settings mean, made anew by the server as one types: this only asks, and puts the answer where it belongs.
const WAIT = 250;
const form = document.getElementById('settings');
const means = document.getElementById('means');
const status = document.getElementById('status');
const leeway = document.getElementById('retry_leeway');
const LEEWAYS = { sdk: '0s', library: '30s' };
let waiting;
let asked = 0;

async function preview() {
  const turn = ++asked;
  const answer = await fetch(form.dataset.preview, {
    method: 'POST',
    body: new URLSearchParams(new FormData(form)),
    headers: { 'Tenure-Activity': 'focused;idle=0' },
  }).catch(() => null);
  // A page that is answered late, or not at all, keeps what it shows; the review asks once more.
  if (!answer?.ok || turn !== asked) return;
  const piece = new DOMParser().parseFromString(await answer.text(), 'text/html').body;
  if (turn !== asked) return;
  means.replaceChildren(...piece.childNodes);
  mark();
}

// The server's words, beside the fields that they are about.
function mark() {
  const wrong = new Map([...means.querySelectorAll('[data-field]')].map(({ dataset }) => [dataset.field, dataset.says]));
  for (const says of form.querySelectorAll('.says')) {
    const key = says.id.replace('says-', '');
    says.textContent = wrong.get(key) ?? '';
    if (wrong.has(key)) document.getElementById(key).setAttribute('aria-invalid', 'true');
    else document.getElementById(key).removeAttribute('aria-invalid');
  }
  // For who listens: the outcome, and not all of the column with each letter.
  const changes = means.querySelector('[data-changes]').textContent;
  status.textContent = wrong.size > 0 ? `Cannot be applied as it is. ${[...wrong.values()].join('; ')}.` : changes;
}

form.addEventListener('input', ({ target }) => {
  if (target.name === 'clients' && LEEWAYS[target.value]) leeway.value = LEEWAYS[target.value];
  if (target === leeway) {
    const known = Object.keys(LEEWAYS).find((name) => LEEWAYS[name] === leeway.value.trim());
    form.querySelector(`[name=clients][value=${known ?? 'other'}]`).checked = true;
  }
  clearTimeout(waiting);
  waiting = setTimeout(preview, WAIT);
});
