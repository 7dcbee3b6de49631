// Figures that live: asked for every few seconds while somebody looks, and drawn.
const steps = document.getElementById('steps');
// Whoever makes the first steps waits for each to be seen.
const EVERY = steps ? 1000 : 5000;
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const charts = [];

// All that there is, and ten minutes at least: a chart that has hardly begun is not all of it.
function stretch({ data: [at] }) {
  const last = at.at(-1) ?? Date.now() / 1000;
  return [Math.min(at[0] ?? last, last - 600), last];
}

function chart(id, height, lines) {
  const at = document.getElementById(id);
  const axis = { stroke: css('--soft'), grid: { stroke: css('--line'), width: 1 }, ticks: { show: false }, font: '11px system-ui' };
  const options = {
    width: at.clientWidth,
    height,
    cursor: { y: false, drag: { x: false } },
    legend: { show: lines.length > 1, live: false },
    scales: { x: { range: stretch }, y: { range: (_, low, high) => [0, Math.max(high ?? 0, 1) * 1.1] } },
    axes: [{ ...axis, space: 70 }, { ...axis, size: 46, incrs: [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 1e5, 1e6] }],
    series: [{}, ...lines.map(({ label, color, gaps }) => ({
      label, stroke: css(color), width: 2, fill: lines.length === 1 ? `${css(color)}22` : undefined, spanGaps: gaps, points: { show: false },
    }))],
  };
  const drawn = new uPlot(options, [[], ...lines.map(() => [])], at);
  charts.push({ at, height, drawn, values: (series) => [series.at, ...lines.map(({ of }) => series[of])] });
}

chart('chart-refreshes', 150, [{ of: 'refreshes', label: 'refreshes', color: '--accent' }]);
chart('chart-active', 150, [{ of: 'active', label: 'active', color: '--accent', gaps: true }]);
chart('chart-trouble', 215, [
  { of: 'reuse', label: 'reuse caught', color: '--bad' },
  { of: 'replays', label: 'retries served', color: '--warn' },
]);

function show(figures) {
  // What is to be done next is the page's to say.
  if (steps && steps.dataset.made !== String(figures.steps)) return location.reload();
  for (const at of document.querySelectorAll('[data-figure]')) {
    const value = figures[at.dataset.figure];
    at.textContent = at.tagName === 'TIME' ? new Date(value * 1000).toLocaleTimeString() : value;
  }
  for (const { reason, count, share } of figures.ended) {
    document.querySelector(`[data-ended="${reason}"]`).textContent = count;
    document.querySelector(`[data-share="${reason}"]`).setAttribute('width', share);
  }
  for (const { drawn, values } of charts) drawn.setData(values(figures.series));
}

async function look() {
  if (document.hidden) return;
  const answer = await fetch('/figures', { headers: { 'Tenure-Activity': 'hidden' } }).catch(() => null);
  // Who was signed out is told so by the page's frame.
  if (answer?.ok) show(await answer.json());
}

document.addEventListener('visibilitychange', () => {
  document.getElementById('paused').hidden = !document.hidden;
  look();
});
addEventListener('resize', () => charts.forEach(({ at, height, drawn }) => drawn.setSize({ width: at.clientWidth, height })));
look();
setInterval(look, EVERY);
