import { InOrder, LOG_LEVELS, type Log, type LogLevel, lateLog } from '../../adapters/log.ts';
import {
  leaveTerminals,
  linesLost,
  type Output,
  standardError,
  standardOutput,
} from '../../adapters/terminal/output.ts';
import { HelperError, UsageError } from '../../base/errors.ts';
import { wrappedText } from '../../base/text.ts';
import { exitCodeOf } from '../../mha/exitCodes.ts';

/** What an executable gets from the system. */
export interface Invocation {
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Aborted on the first SIGINT, SIGTERM or SIGHUP; its reason is an error that names the signal. */
  readonly signal: AbortSignal;
  /** Called back at each of these signals, the first included. */
  onInterrupt(listener: (signal: string) => void): void;
  print(text: string): void;
}

/** For work that no signal may cut off; each of its waits has a limit. */
export const UNINTERRUPTED = new AbortController().signal;

/**
 * How long, in ms, the end of a process waits for a reader that has stopped reading. MHA waits for a hook; for an operator
 * a pager may stand still.
 */
export const PATIENCE = { hook: 2000, tool: 20_000 } as const;

/**
 * Runs an executable to its exit code: prints an error without a stack, ends with all output written and not later. An
 * output that fails changes nothing of what is done, nor the exit code.
 */
export async function run(body: (invocation: Invocation) => Promise<number>, patienceMs: number): Promise<void> {
  const [stdout, stderr] = [standardOutput(), standardError()];
  // A file that may not grow any more (ulimit -f) is an error of that write, and does not end the process.
  process.on('SIGXFSZ', () => {});
  const invocation = { argv: process.argv.slice(2), env: process.env, signal: onSignals(), onInterrupt, print };
  try {
    process.exitCode = await body(invocation);
  } catch (error) {
    await inOrder.done();
    stderr.write(`${messageFor(error)}\n`);
    process.exitCode = exitCodeOf(error);
  }
  await inOrder.done();
  await written(stdout, stderr, patienceMs);
  leaveTerminals();
  process.exit();
}

/** Waits until all is written; another interrupt ends that too. What was lost is reported if that still can be. */
async function written(stdout: Output, stderr: Output, patienceMs: number): Promise<void> {
  const hurry = new AbortController();
  onInterrupt(() => hurry.abort());
  const [whole] = await Promise.all([stdout, stderr].map((each) => each.drained(patienceMs, hurry.signal)));
  if (whole && stdout.lost.lines === 0) return;
  stderr.write(`standard output: ${whole ? linesLost(stdout.lost) : 'the end is lost: nobody read it'}\n`);
  await stderr.drained(TO_REPORT_MS, hurry.signal);
}

const TO_REPORT_MS = 500;

/** A log to standard output, or to standard error where a script reads the output. @throws UsageError for a bad level. */
export function openLog(level: string | undefined, to: 'stdout' | 'stderr' = 'stdout'): Log {
  const wanted = (level ?? 'info') as LogLevel;
  if (!LOG_LEVELS.includes(wanted)) throw new UsageError(`--log_level=${level} is unknown: ${LOG_LEVELS.join(', ')}`);
  return lateLog(
    async () => (await import('../../adapters/terminal/winstonLog.ts')).winstonLog(outputs[to](), wanted),
    inOrder,
  );
}

/** Whether standard output may have colours: a terminal, and no NO_COLOR. */
export function inColour(env: NodeJS.ProcessEnv): boolean {
  return standardOutput().isTTY && !env.NO_COLOR;
}

/** The text as it fits the terminal; as it is if standard output is none, for scripts. */
export function fitted(text: string): string {
  const output = standardOutput();
  return output.isTTY ? wrappedText(text, output.columns) : text;
}

/** Log lines and what is printed, in the order in which they came. */
const inOrder = new InOrder();

const outputs = { stdout: standardOutput, stderr: standardError } as const;

function print(text: string): void {
  inOrder.do(() => standardOutput().write(`${text}\n`));
}

/** An error of this package says all an operator needs; any other is a defect of ours, and its stack is wanted. */
function messageFor(error: unknown): string {
  if (error instanceof HelperError) return error.message;
  if (process.env.MHA_HELPER_DEBUG && error instanceof Error) return error.stack ?? error.message;
  return `unexpected: ${error instanceof Error ? error.message : String(error)} (MHA_HELPER_DEBUG=1 shows where)`;
}

function onSignals(): AbortSignal {
  const controller = new AbortController();
  onInterrupt((name) => controller.abort(new HelperError(`interrupted by ${name}`)));
  return controller.signal;
}

function onInterrupt(listener: (signal: string) => void): void {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => listener(name));
}
