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

export interface Invocation {
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Aborted on the first SIGINT, SIGTERM or SIGHUP, with a reason that names the signal. */
  readonly signal: AbortSignal;
  /** Calls back on each of these signals, also on the first. */
  onInterrupt(listener: (signal: string) => void): void;
  print(text: string): void;
}

/** For work that no signal may cut off; each of its waits has a limit. */
export const UNINTERRUPTED = new AbortController().signal;

/** Ms that a process waits at its end for a reader that does not read: MHA waits for a hook; an operator's pager may pause. */
export const PATIENCE = { hook: 2000, tool: 20_000 } as const;

/**
 * Runs an executable to its exit code: prints an error without a stack, and ends once all output is written. Output that
 * fails changes neither the work nor the exit code.
 */
export async function run(body: (invocation: Invocation) => Promise<number>, patienceMs: number): Promise<void> {
  const [stdout, stderr] = [standardOutput(), standardError()];
  // A file that may not grow (ulimit -f) fails that write, and does not end the process.
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

/** Waits until all is written, or for another interrupt. Reports what was lost if it still can. */
async function written(stdout: Output, stderr: Output, patienceMs: number): Promise<void> {
  const hurry = new AbortController();
  onInterrupt(() => hurry.abort());
  const [whole] = await Promise.all([stdout, stderr].map((each) => each.drained(patienceMs, hurry.signal)));
  if (whole && stdout.lost.lines === 0) return;
  stderr.write(`standard output: ${whole ? linesLost(stdout.lost) : 'the end is lost: nobody read it'}\n`);
  await stderr.drained(TO_REPORT_MS, hurry.signal);
}

const TO_REPORT_MS = 500;

/** To standard error if a script reads the output. @throws UsageError for an unknown level */
export function openLog(level: string | undefined, to: 'stdout' | 'stderr' = 'stdout'): Log {
  const wanted = (level ?? 'info') as LogLevel;
  if (!LOG_LEVELS.includes(wanted)) throw new UsageError(`--log_level=${level} is unknown: ${LOG_LEVELS.join(', ')}`);
  return lateLog(
    async () => (await import('../../adapters/terminal/winstonLog.ts')).winstonLog(outputs[to](), wanted),
    inOrder,
  );
}

export function inColour(env: NodeJS.ProcessEnv): boolean {
  return standardOutput().isTTY && !env.NO_COLOR;
}

/** The text wrapped to the terminal; unchanged if standard output is none. */
export function fitted(text: string): string {
  const output = standardOutput();
  return output.isTTY ? wrappedText(text, output.columns) : text;
}

/** Keeps log lines and printed text in order. */
const inOrder = new InOrder();

const outputs = { stdout: standardOutput, stderr: standardError } as const;

function print(text: string): void {
  inOrder.do(() => standardOutput().write(`${text}\n`));
}

/** Any other error than a HelperError is a defect of ours. */
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
