// Times and lengths of time, in words.

const UNITS = [['day', 86_400], ['hour', 3_600], ['min', 60], ['s', 1]];

/** `2 days`, `1 hour 30 min`: the two largest units. */
export function length(seconds) {
  let left = Math.max(0, Math.round(seconds));
  const parts = [];
  for (const [name, size] of UNITS) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) parts.push(`${count} ${name}${count > 1 && size >= 3_600 ? 's' : ''}`);
  }
  return parts.slice(0, 2).join(' ') || '0 s';
}

/** `2026-11-25 20:31:05 UTC`. */
export function moment(unix) {
  return `${new Date(unix * 1000).toISOString().replace('T', ' ').slice(0, 19)} UTC`;
}
