/** What the demo prints: 80 columns at most, colour only on a terminal that wants it. */
const WIDTH = 78;
const COLOUR = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;

export const bold = (text: string) => coloured('1', text);
export const faint = (text: string) => coloured('2', text);
export const green = (text: string) => coloured('32', text);
export const red = (text: string) => coloured('31', text);

export function line(text = ''): void {
  process.stdout.write(`${text}\n`);
}

/** `1. What happens now`, underlined by nothing but space. */
export function heading(number: number, text: string): void {
  line();
  line(bold(`${number}. ${text}`));
}

/** A name and its value, aligned. */
export function fact(name: string, value: string): void {
  line(`   ${name.padEnd(22)} ${value}`);
}

/** Cut where it would not fit into the line, `used` columns being taken already. */
export function fitted(text: string, used = 0): string {
  return text.length + used <= WIDTH ? text : `${text.slice(0, WIDTH - used - 3)}...`;
}

function coloured(code: string, text: string): string {
  return COLOUR ? `\u001b[${code}m${text}\u001b[0m` : text;
}
