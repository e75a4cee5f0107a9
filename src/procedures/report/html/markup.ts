/** Text for HTML and quoted attributes: no markup, no control characters, none that change the writing direction. */
export function escaped(text: unknown): string {
  return String(text)
    .replace(/[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, (found) =>
      /^\s+$/.test(found) ? ' ' : '\ufffd',
    )
    .replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** A share from 0 to 1 as a CSS percentage; a share outside that range is clamped. */
export function percent(part: number): string {
  return `${Number(Math.min(Math.max(part * 100, 0), 100).toFixed(3))}%`;
}
