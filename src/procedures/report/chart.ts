import { type Panel, panelsOf, type Row } from './panels.ts';
import type { Timeline } from './timeline.ts';
import { duration, moment, outageSentence, tallyWords } from './words.ts';

/** How wide the chart is, at most. */
export const WIDTH = 80;

/** A switch as plain text, never wider than 80 columns and with no character but printable ASCII; `colour`: for a terminal. */
export function chart(timeline: Timeline, { colour = false } = {}): string {
  const { kind, outcome, origMaster, newMaster, began, notes, id } = timeline;
  const paint = colour
    ? (code: number, text: string) => `\u001b[${code}m${text}\u001b[0m`
    : (_: number, t: string) => t;
  const head = [`${kind}, ${outcome}`, moment(began)].join('  ');
  return [
    paint(1, fitted(`${origMaster} -> ${newMaster}`)),
    fitted(`  ${head}  ${id}`),
    paint(1, fitted(`  ${outageSentence(timeline)}`)),
    ...tallyWords(timeline).map((words) => fitted(`  ${words}`)),
    ...panelsOf(timeline).flatMap((panel) => panelLines(panel, paint)),
    ...notes.flatMap((note) => wrapped(`! ${note}`)).map((line) => paint(33, line)),
  ].join('\n');
}

type Paint = (code: number, text: string) => string;

const LABEL = 28;
const TIME = 12;
const BAR = WIDTH - LABEL - TIME - 2;

function panelLines(panel: Panel, paint: Paint): string[] {
  return [paint(1, fitted(panel.title)), ...panel.rows.map((row) => rowLine(row, panel, paint))];
}

function rowLine(row: Row, { from, to }: Panel, paint: Paint): string {
  const length = Math.max(to - from, 1);
  const column = (at: number) => Math.min(Math.max(Math.floor(((at - from) / length) * BAR), 0), BAR - 1);
  const begin = column(row.from);
  const width = Math.max(1, Math.min(BAR - begin, Math.round(((row.to - row.from) / length) * BAR)));
  const bar = (row.shut ? '#' : row.who === 'MHA' ? '-' : '=').repeat(width);
  const label = plain(`  ${row.label}`).slice(0, LABEL).padEnd(LABEL);
  const time = (row.done ? duration(row.to - row.from) : 'did not end').padStart(TIME);
  return `${label}${time}  ${' '.repeat(begin)}${paint(row.shut ? 31 : row.who === 'MHA' ? 2 : 36, bar)}`.trimEnd();
}

/** Names come from files and servers: whatever would move a terminal's cursor, or has no certain width, is a `?`. */
function plain(text: string): string {
  return String(text)
    .replace(/’/g, "'")
    .replace(/[^\x20-\x7e]/gu, '?');
}

function fitted(text: string): string {
  const line = plain(text).trimEnd();
  return line.length <= WIDTH ? line : `${line.slice(0, WIDTH - 3)}...`;
}

function wrapped(text: string): string[] {
  const lines =
    plain(text.replace(/\s+/g, ' ')).match(new RegExp(`.{1,${WIDTH - 2}}(?:\\s|$)|.{1,${WIDTH - 2}}`, 'g')) ?? [];
  return lines.map((line, i) => `${i === 0 ? '' : '  '}${line.trimEnd()}`);
}
