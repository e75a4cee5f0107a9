import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { InOrder, LOG_LEVELS, type Log, type LogLevel, lateLog } from '../adapters/log.ts';
import { HelperError, UsageError } from '../base/errors.ts';
import { exitCodeOf } from '../mha/exitCodes.ts';

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

/** Runs an executable to its exit code: prints an error without a stack, ends with all output written and not later. */
export async function run(body: (invocation: Invocation) => Promise<number>): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe);
  const invocation = { argv: process.argv.slice(2), env: process.env, signal: onSignals(), onInterrupt, print };
  try {
    process.exitCode = await body(invocation);
  } catch (error) {
    await output.done();
    process.stderr.write(`${messageFor(error)}\n`);
    process.exitCode = exitCodeOf(error);
  }
  await output.done();
  await Promise.all([process.stdout, process.stderr].map(written));
  process.exit();
}

function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => (stream.destroyed ? resolve() : stream.write('', () => resolve())));
}

/** A log to standard output, or to standard error where a script reads the output. @throws UsageError for a bad level. */
export function openLog(level: string | undefined, to: 'stdout' | 'stderr' = 'stdout'): Log {
  const wanted = (level ?? 'info') as LogLevel;
  if (!LOG_LEVELS.includes(wanted)) throw new UsageError(`--log_level=${level} is unknown: ${LOG_LEVELS.join(', ')}`);
  return lateLog(async () => (await import('../adapters/winstonLog.ts')).winstonLog(process[to], wanted), output);
}

/** Whether standard output may have colours: a terminal, and no NO_COLOR. */
export function inColour(env: NodeJS.ProcessEnv): boolean {
  return process.stdout.isTTY === true && !env.NO_COLOR;
}

export function packageVersion(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** `conf/` of this package, wherever it is installed. */
export function packageFolder(name: string): string {
  return fileURLToPath(new URL(`../../${name}`, import.meta.url));
}

/** Log lines and what is printed, in the order in which they came. */
const output = new InOrder();

function print(text: string): void {
  output.do(() => void process.stdout.write(`${text}\n`));
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

/** MHA may be gone before its script: what is printed then has no reader, and the work goes on. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
