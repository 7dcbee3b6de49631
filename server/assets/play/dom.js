// Making elements. Text is only ever text: what somebody else wrote is never read as HTML.

/** An element with these attributes (`false` and `undefined` leave one out) and children, which are elements or text. */
export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

/** The element with this id. */
export const byId = (id) => document.getElementById(id);

const calm = matchMedia('(prefers-reduced-motion: reduce)');

/** Long enough to see what happens; not at all for whoever wants no motion. */
export const pause = () => new Promise((done) => setTimeout(done, calm.matches ? 0 : 320));
