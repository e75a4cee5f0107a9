import { type Finding, LEVELS } from '../../base/finding.ts';
import { counted, oneLine, wrapped } from '../../base/text.ts';

export interface Summary {
  readonly errors: number;
  readonly warnings: number;
  readonly notes: number;
  /** No errors. */
  readonly ready: boolean;
}

export function summaryOf(findings: readonly Finding[]): Summary {
  const count = (level: Finding['level']) => findings.filter((f) => f.level === level).length;
  const errors = count('error');
  return { errors, warnings: count('warning'), notes: count('note'), ready: errors === 0 };
}

/** For people: errors, warnings, notes, and the verdict. */
export function findingLines(findings: readonly Finding[], { colour }: { colour: boolean }): string[] {
  const groups = LEVELS.map((level) => findings.filter((f) => f.level === level)).filter((group) => group.length > 0);
  const lines = groups.flatMap((group) => [...group.flatMap((finding) => linesOf(finding, colour)), '']);
  return [...lines, verdict(findings, colour)];
}

export function findingsJson(conf: string, findings: readonly Finding[]): string {
  const ordered = LEVELS.flatMap((level) => findings.filter((f) => f.level === level)).map(plain);
  return JSON.stringify({ conf, findings: ordered, summary: summaryOf(findings) }, null, 2);
}

/** Statements stay as they are: a name in one may hold anything. */
function plain(finding: Finding): Finding {
  const { level, code, where, text, advice, ...rest } = finding;
  const advised = advice === undefined ? {} : { advice: oneLine(advice) };
  return { level, code, where: oneLine(where), text: oneLine(text), ...advised, ...rest };
}

const WIDTH = 80;
const INDENT = ' '.repeat(9);
const COLOURS = { error: 31, warning: 33, note: 36, good: 32 } as const;

/** SQL ends with a semicolon; a line for a shell or a file stays as it is. */
function terminated(statement: string): string {
  return /^[A-Z]+ .*[^;]$/.test(statement) ? `${statement};` : statement;
}

/** A statement stays on one line, so that it can be copied. */
function linesOf(finding: Finding, colour: boolean): string[] {
  const { level, where, text, advice, statements = [] } = finding;
  const head = `${level.padEnd(7)}  ${oneLine(where)}  `;
  const [first = '', ...rest] = wrapped(oneLine(text), WIDTH, head, INDENT);
  return [
    painted(level, level, colour) + first.slice(level.length),
    ...rest,
    ...(advice === undefined ? [] : wrapped(oneLine(advice), WIDTH, `${INDENT}-> `, `${INDENT}   `)),
    ...statements.map((statement) => `${INDENT}     ${terminated(oneLine(statement))}`),
  ];
}

function verdict(findings: readonly Finding[], colour: boolean): string {
  const { errors, warnings, notes, ready } = summaryOf(findings);
  const counts = [counted(errors, 'error'), counted(warnings, 'warning'), counted(notes, 'note')].join(', ');
  return `${counts}: ${painted(ready ? 'ready' : 'not ready for a switch', ready ? 'good' : 'error', colour)}`;
}

function painted(text: string, as: keyof typeof COLOURS, colour: boolean): string {
  return colour ? `\u001b[${COLOURS[as]}m${text}\u001b[0m` : text;
}
