import type { Entry, Meaning } from './meanings/common.ts';
import { CONNECTING, READING } from './meanings/connecting.ts';
import { EXECUTING } from './meanings/executing.ts';
import { SERVER } from './meanings/server.ts';

export type { Meaning } from './meanings/common.ts';

/** What the number means; if it has several meanings, the server's text decides. Undefined for an unknown number. */
export function meaningOf(code: number | string | undefined, text: string): Meaning | undefined {
  const entry = ALL.find((e) => e.codes.includes(Number(code)) && (e.text === undefined || e.text.test(text)));
  return entry && { means: entry.means, now: entry.now };
}

export function knownCodes(): readonly number[] {
  return [...new Set(ALL.flatMap((entry) => entry.codes))].sort((a, b) => a - b);
}

const ALL: readonly Entry[] = [...CONNECTING, ...READING, ...EXECUTING, ...SERVER];
