/** Text for HTML and for quoted attributes: nothing in it is markup, moves a cursor or turns the direction of writing. */
export function escaped(text: unknown): string {
  return String(text)
    .replace(/[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, (found) =>
      /^\s+$/.test(found) ? ' ' : '\ufffd',
    )
    .replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** A share of a whole, as a percentage that markup may hold. */
export function percent(part: number): string {
  return `${Number(Math.min(Math.max(part * 100, 0), 100).toFixed(3))}%`;
}
