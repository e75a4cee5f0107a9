import { spawn } from 'node:child_process';
import { until } from '../../tools/lab/wait.ts';

/** A command in a pseudo terminal of 80 columns, and somebody who types. */
export interface TerminalRun {
  /** All that stood on the screen so far, with its control characters. */
  output(): string;
  /** Resolves once the output holds the text so many times. */
  printed(text: string | RegExp, times?: number): Promise<void>;
  type(keys: string): void;
  /** The terminal is gone, as when ssh is cut off. */
  hangUp(): void;
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>;
}

export const CTRL_C = '\u0003';

/** Runs it with `script` of util-linux. The arguments go through a shell, and must need no quoting. */
export function inTerminal(
  program: string,
  args: readonly string[],
  { rows = 40, env = {} }: { rows?: number; env?: Record<string, string | undefined> } = {},
): TerminalRun {
  const command = `stty cols 80 rows ${rows}; exec ${program} ${args.join(' ')}`;
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'script', '-qec', command, '/dev/null'], {
    env: { ...process.env, TERM: 'xterm', NO_COLOR: undefined, ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), 60_000);
  ended.finally(() => clearTimeout(timer)).catch(() => {});
  return {
    output: () => output,
    printed: async (text, times = 1) => {
      await until(
        `${program} printing ${text} on the terminal`,
        30_000,
        () => output.split(text).length > times,
        () => output,
      );
    },
    type: (keys) => child.stdin.write(keys),
    hangUp: () => child.kill('SIGKILL'),
    ended,
  };
}
