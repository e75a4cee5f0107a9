import { systemClock } from '../../adapters/clock.ts';
import { LOG_LEVELS, type Log, type LogLevel } from '../../adapters/log.ts';
import { standardOutput } from '../../adapters/terminal/output.ts';
import { oneLine, wrapped } from '../../base/text.ts';
import { Progress, type ProgressLine } from '../../mha/progress.ts';
import { inColour } from '../cli/terminal.ts';
import type { SwitchRun } from './switchRun.ts';

export interface MhaOutput {
  line(line: string): void;
  /** For our own lines among MHA's. */
  readonly log: Log;
  /** After a failure, prints all that MHA wrote. */
  end(failed: boolean): void;
}

/** On a terminal, MHA's phases, the output of the hooks, and problems; else, and if `verbose`, every line. */
export function mhaOutput({ invocation, log, verbose, logLevel = 'info' }: SwitchRun): MhaOutput {
  const { print, env } = invocation;
  if (verbose || !standardOutput().isTTY) return { line: print, log, end: () => {} };
  const progress = new Progress();
  const colour = inColour(env);
  const began = systemClock.ticks();
  const all: string[] = [];
  const show = (seen: ProgressLine) => print(lineFor(seen, (systemClock.ticks() - began) / 1000, colour));
  return {
    line: (line) => {
      all.push(line);
      const seen = progress.see(line);
      if (seen) show(seen);
    },
    log: listed(show, logLevel),
    end: (failed) => {
      if (failed) print(['', 'What MHA wrote:', ...all.map((line) => `  ${line}`)].join('\n'));
    },
  };
}

function listed(show: (line: ProgressLine) => void, logLevel: string): Log {
  const upTo = LOG_LEVELS.indexOf(logLevel as LogLevel);
  const at = (level: LogLevel, kind: ProgressLine['kind']) => (text: string) => {
    if (LOG_LEVELS.indexOf(level) <= upTo) show({ kind, text });
  };
  return {
    error: at('error', 'problem'),
    warning: at('warning', 'problem'),
    info: at('info', 'hook'),
    debug: at('debug', 'hook'),
  };
}

const CODES = { phase: 1, hook: 0, problem: 33 } as const;

function lineFor({ kind, text }: ProgressLine, seconds: number, colour: boolean): string {
  const head = `${seconds.toFixed(1).padStart(6)} s  ${kind === 'phase' ? 'MHA: ' : '  '}`;
  const plain = wrapped(oneLine(text), standardOutput().columns, head, ' '.repeat(12)).join('\n');
  return colour && CODES[kind] > 0 ? `\u001b[${CODES[kind]}m${plain}\u001b[0m` : plain;
}
