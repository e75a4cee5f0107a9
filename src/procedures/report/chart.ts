import { type Panel, panelsOf, type Row } from './html/panels.ts';
import type { Timeline } from './timeline.ts';
import { beganAndEnded, OUTCOMES, oldMasterWords, outageSentence, someNotes, tallyWords, tookOf } from './words.ts';

/** Most columns of the chart, and most notes and remarks in it. */
export const WIDTH = 80;
const [NOTES, REMARKS] = [12, 6];

/** A switch as plain text: at most 80 columns, only printable ASCII; `colour` is for a terminal. */
export function chart(timeline: Timeline, { colour = false, remarks = true } = {}): string {
  const { kind, outcome, origMaster, newMaster, id } = timeline;
  const paint = colour ? inColour : inPlain;
  const old = oldMasterWords(timeline);
  const bad = outcome === 'not ended' ? RED : outcome === 'put back' ? YELLOW : GREEN;
  return [
    paint(BOLD, fitted(`${origMaster} -> ${newMaster}`)),
    `  ${paint(bad, `${kind}, ${OUTCOMES[outcome]}`)}`,
    `  ${beganAndEnded(timeline)}`,
    ...wrapped(`  ${outageSentence(timeline)}`).map((line) => paint(BOLD, line)),
    ...wrapped(`  ${tallyWords(timeline).join(', ')}`),
    fitted(`  id ${id}`),
    ...panelsOf(timeline).flatMap((panel) => panelLines(panel, paint)),
    ...old.wrong.flatMap((text) => wrapped(`! ${text}`)).map((line) => paint(RED, line)),
    ...old.other.flatMap((text) => wrapped(`- ${text}`)),
    ...someNotes(timeline.notes, NOTES)
      .flatMap((note) => wrapped(`! ${note}`))
      .map((line) => paint(YELLOW, line)),
    ...someNotes(remarks ? timeline.remarks : [], REMARKS).flatMap((remark) => wrapped(`- ${remark}`)),
  ].join('\n');
}

/** Text from files and servers for one line of a terminal; characters that are not printable ASCII become `?`. */
export function plain(text: string): string {
  return String(text)
    .replace(/[’‘]/g, "'")
    .replace(/\s/g, ' ')
    .replace(/[^\x20-\x7e]/gu, '?');
}

type Paint = (code: number, text: string) => string;

const [BOLD, DIM, RED, GREEN, YELLOW, CYAN] = [1, 2, 31, 32, 33, 36] as const;
const inColour: Paint = (code, text) => `\u001b[${code}m${text}\u001b[0m`;
const inPlain: Paint = (_, text) => text;

const LABEL = 28;
const TIME = 12;
const BAR = WIDTH - LABEL - TIME - 2;

function panelLines(panel: Panel, paint: Paint): string[] {
  return [paint(BOLD, fitted(panel.title)), ...panel.rows.map((row) => rowLine(row, panel, paint))];
}

/** Bars of scripts are `=`, of MHA `-`; `#` means that nobody could write. */
function rowLine(row: Row, { from, to }: Panel, paint: Paint): string {
  const length = Math.max(to - from, 1);
  const column = (at: number) => Math.min(Math.max(Math.floor(((at - from) / length) * BAR), 0), BAR - 1);
  const begin = column(row.from);
  const width = Math.max(1, Math.min(BAR - begin, Math.round(((row.to - row.from) / length) * BAR)));
  const [sign, code] = row.who === 'MHA' ? ['-', DIM] : row.shut ? ['#', RED] : ['=', CYAN];
  const label = plain(`  ${row.label}`).slice(0, LABEL).padEnd(LABEL);
  const time = tookOf(row).padStart(TIME);
  return `${label}${time}  ${' '.repeat(begin)}${paint(code, sign.repeat(width))}`;
}

function fitted(text: string): string {
  const line = plain(text).trimEnd();
  return line.length <= WIDTH ? line : `${line.slice(0, WIDTH - 3)}...`;
}

/** Lines of at most {@link WIDTH} columns; those after the first are indented by two. None for a blank text. */
function wrapped(text: string): string[] {
  const lines: string[] = [];
  const first = /^ */.exec(text)?.[0] ?? '';
  for (const word of plain(text).match(PIECES) ?? []) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`${last === undefined ? first : '  '}${word}`);
  }
  return lines;
}

/** Words, or parts of a word that is too long for a line. */
const PIECES = new RegExp(`[^ ]{1,${WIDTH - 4}}`, 'g');
