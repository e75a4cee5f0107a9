import { wrapped } from '../../../base/text.ts';
import type { ServerStatus } from '../serverStatus.ts';
import { verdictOf } from '../verdict.ts';
import type { Block, Cell, Remark, Tone } from './block.ts';
import { blocksOf } from './cells.ts';

interface LineOptions {
  readonly colour: boolean;
  /** Columns; 80 by default. */
  readonly width?: number;
  /** Ids of cells that differ from the previous look: shown in bold with a `*`. */
  readonly moved?: ReadonlySet<string>;
  /** Leaves out what an error means and what to do. */
  readonly errorsOnly?: boolean;
}

/**
 * The servers as text: a main line each (host:port, role or IO/SQL, position, seconds behind), indented lines for the
 * rest. The position is the comparable one: a master's own, a replica's executed one. The role has its own column if the
 * width allows it, otherwise it is on the line below.
 */
export function statusLines(seen: readonly ServerStatus[], options: LineOptions): string[] {
  const pen = penFor(options);
  const blocks = seen.flatMap(blocksOf);
  const wide = grid(blocks, pen, true);
  const lines = wide.width <= pen.width ? wide : grid(blocks, pen, false);
  return blocks.flatMap((block, index) => [lines.main[index] ?? '', ...below(block, lines.withRole, pen)]);
}

export function verdictLines(seen: readonly ServerStatus[], options: LineOptions): string[] {
  const pen = penFor(options);
  const { ok, headline, problems, notes } = verdictOf(seen);
  const list = problems.flatMap((problem) => wrapped(problem, pen.width, '  - ', '    '));
  return [
    ...wrapped(headline, pen.width, '', '  ').map((l) => pen.tone(l, ok ? 'good' : 'bad')),
    ...list,
    ...notes.flatMap((n) => wrapped(n, pen.width, '', '  ')),
  ];
}

/** The text of every cell by its id, to find out which have changed. */
export function cellTexts(seen: readonly ServerStatus[]): Map<string, string> {
  const cells = seen.flatMap(blocksOf).flatMap((b) => [b.state, b.position, b.lag, ...b.details]);
  return new Map(cells.map(({ id, text }) => [id, text]));
}

interface Pen {
  readonly width: number;
  readonly errorsOnly: boolean;
  readonly marks: boolean;
  /** The cell's text with its mark. */
  plain(cell: Cell): string;
  /** The same with colour, padded to `pad` characters. */
  cell(cell: Cell, pad?: number): string;
  tone(text: string, tone: Tone | undefined): string;
}

const TONES: Readonly<Record<Tone, string>> = { good: '32', bad: '31', warn: '33' };

function penFor({ colour, width = 80, moved, errorsOnly = false }: LineOptions): Pen {
  const plain = (cell: Cell) => (moved?.has(cell.id) ? `${cell.text}*` : cell.text);
  const sgr = (codes: readonly string[], text: string) =>
    codes.length > 0 && colour && text !== '' ? `\u001b[${codes.join(';')}m${text}\u001b[0m` : text;
  return {
    width,
    errorsOnly,
    marks: moved !== undefined,
    plain,
    cell: (cell, pad = 0) => {
      const text = plain(cell);
      const codes = [...(moved?.has(cell.id) ? ['1'] : []), ...(cell.tone ? [TONES[cell.tone]] : [])];
      return sgr(codes, text) + ' '.repeat(Math.max(0, pad - text.length));
    },
    tone: (text, tone) => sgr(tone ? [TONES[tone]] : [], text),
  };
}

/** The main lines with aligned columns. Every cell has room for a mark, so that columns do not jump. */
function grid(blocks: readonly Block[], pen: Pen, withRole: boolean) {
  const columns: ((block: Block) => Cell)[] = [
    (b) => ({ id: '', text: b.name }),
    ...(withRole ? [(b: Block) => ({ id: '', text: b.role || b.state.text })] : []),
    (b) => (withRole && b.role === '' ? { id: '', text: '' } : b.state),
    (b) => b.position,
    (b) => b.lag,
  ];
  const room = (cell: Cell) => (pen.marks && cell.id !== '' ? cell.text.length + 1 : cell.text.length);
  const widths = columns.map((column) => Math.max(...blocks.map((block) => room(column(block)))));
  const main = blocks.map((block) =>
    columns
      .map((column, n) => pen.cell(column(block), widths[n]))
      .join('  ')
      .trimEnd(),
  );
  return { main, withRole, width: widths.reduce((sum, w) => sum + w + 2, -2) };
}

function below(block: Block, roleShown: boolean, pen: Pen): string[] {
  const role = roleShown || block.role === '' ? [] : [{ id: '', text: block.role }];
  const remarks = pen.errorsOnly ? block.remarks.filter(({ tone }) => tone === 'bad') : block.remarks;
  return [...flow([...role, ...block.details], pen), ...remarks.flatMap((remark) => remarkLines(remark, pen))];
}

const INDENT = '    ';

/** As many cells on a line as fit; one that is longer than a line is broken. */
function flow(cells: readonly Cell[], pen: Pen): string[] {
  const lines: string[] = [];
  let used = Number.POSITIVE_INFINITY;
  for (const cell of cells) {
    const length = pen.plain(cell).length;
    if (INDENT.length + length > pen.width) {
      lines.push(...wrapped(pen.plain(cell), pen.width, INDENT, `${INDENT}  `));
      used = Number.POSITIVE_INFINITY;
    } else if (used + 2 + length <= pen.width) {
      lines.push(`${lines.pop()}  ${pen.cell(cell)}`);
      used += 2 + length;
    } else {
      lines.push(INDENT + pen.cell(cell));
      used = INDENT.length + length;
    }
  }
  return lines;
}

function remarkLines({ label, text, tone }: Remark, pen: Pen): string[] {
  const head = label === '' ? '' : label === '-' ? '- ' : `${label}: `;
  return wrapped(head + text, pen.width, INDENT, `${INDENT}  `).map((line) => pen.tone(line, tone));
}
