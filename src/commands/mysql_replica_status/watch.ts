import type { Screen } from '../../adapters/terminal/screen.ts';
import type { ServerStatus } from '../../procedures/status/serverStatus.ts';
import { statusJson } from '../../procedures/status/text/json.ts';
import { cellTexts, statusLines, verdictLines } from '../../procedures/status/text/lines.ts';
import { verdictOf } from '../../procedures/status/verdict.ts';

export interface Looking {
  look(): Promise<ServerStatus[]>;
  print(text: string): void;
  /** Prints progress, apart from the output. */
  tell(text: string): void;
  now(): Date;
  ticks(): number;
  /** Rejects when the signal comes. */
  sleep(ms: number): Promise<void>;
  readonly signal: AbortSignal;
  readonly screen: Screen;
  readonly colour: boolean;
  readonly json: boolean;
}

/** Two masters are reported first of all. */
export function printed(looking: Looking, seen: readonly ServerStatus[], pretty: boolean): string {
  if (looking.json) return JSON.stringify(statusJson(seen, looking.now()), null, pretty ? 2 : undefined);
  const options = { colour: looking.colour, width: widthOf(looking) };
  const [servers, verdict] = [statusLines(seen, options), verdictLines(seen, options)];
  const isSplit = seen.some(({ split }) => split);
  return (isSplit ? [...verdict, '', ...servers] : [...servers, '', ...verdict]).join('\n');
}

/** Looks until the signal comes, or nobody reads the output; the exit code is that of the last look. */
export async function watch(looking: Looking, everyMs: number): Promise<number> {
  let last: readonly ServerStatus[] | undefined;
  try {
    while (!looking.signal.aborted && looking.screen.isRead()) {
      const began = looking.ticks();
      const seen = await looking.look();
      show(looking, seen, last, everyMs);
      last = seen;
      await looking.sleep(Math.max(everyMs - (looking.ticks() - began), 10));
    }
  } catch (error) {
    if (!looking.signal.aborted) throw error;
  } finally {
    looking.screen.end();
  }
  return exitCode(last);
}

/** 0 if all replicate and are in sync. */
export function exitCode(seen: readonly ServerStatus[] | undefined): number {
  return seen && verdictOf(seen).ok ? 0 : 1;
}

function show(
  looking: Looking,
  seen: readonly ServerStatus[],
  last: readonly ServerStatus[] | undefined,
  everyMs: number,
): void {
  if (looking.json) {
    looking.print(printed(looking, seen, false));
    return;
  }
  const { screen, colour } = looking;
  const moved = movedSince(last, seen);
  const options = { colour, width: widthOf(looking), moved };
  const servers = statusLines(seen, options);
  const verdict = verdictLines(seen, options);
  const head = `${clock(looking.now())}  every ${everyMs / 1000} s, * has moved, Ctrl-C ends`;
  if (!screen.isTerminal) looking.print([head, ...servers, ...verdict, ''].join('\n'));
  else screen.redraw(fitting([head, ...verdict, '', ...servers], screen.size().rows));
}

/** Cuts what would scroll, and says so. The verdict is on top. */
function fitting(lines: readonly string[], rows: number): string[] {
  const room = Math.max(rows - 1, 2);
  if (lines.length <= room) return [...lines];
  return [...lines.slice(0, room - 1), `... ${lines.length - room + 1} more lines: enlarge the window`];
}

function movedSince(last: readonly ServerStatus[] | undefined, seen: readonly ServerStatus[]): Set<string> {
  if (!last) return new Set();
  const before = cellTexts(last);
  return new Set([...cellTexts(seen)].flatMap(([id, text]) => (before.get(id) === text ? [] : [id])));
}

/** Looks until all are in sync, for at most `limitMs`; every two seconds prints what it waits for. */
export async function waitLevel(looking: Looking, limitMs: number): Promise<number> {
  const began = looking.ticks();
  let reported = began;
  let seen = await looking.look();
  for (;;) {
    const verdict = verdictOf(seen);
    const passed = looking.ticks() - began;
    if (verdict.ok || passed >= limitMs || looking.signal.aborted) break;
    if (looking.ticks() - reported >= REPORT_MS) {
      reported = looking.ticks();
      looking.tell(`waiting: ${awaited(verdict.problems)}; ${Math.ceil((limitMs - passed) / 1000)} s left`);
    }
    await looking.sleep(Math.min(LOOK_MS, Math.max(limitMs - passed, 1)));
    seen = await looking.look();
  }
  looking.print(printed(looking, seen, true));
  const code = exitCode(seen);
  if (code !== 0) looking.tell(`not level within ${limitMs / 1000} s`);
  return code;
}

const REPORT_MS = 2000;
const LOOK_MS = 200;

function awaited(problems: readonly string[]): string {
  const [first = ''] = problems;
  return problems.length > 1 ? `${first} (and ${problems.length - 1} more)` : first;
}

function widthOf({ screen }: Looking): number {
  return screen.isTerminal ? Math.max(screen.size().columns, 40) : 80;
}

function clock(at: Date): string {
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map((n) => String(n).padStart(2, '0')).join(':');
}
