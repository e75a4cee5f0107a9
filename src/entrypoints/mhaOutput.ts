import { systemClock } from '../adapters/clock.ts';
import { standardOutput } from '../adapters/output.ts';
import { oneLine, wrapped } from '../base/text.ts';
import { Progress, type ProgressLine } from '../mha/progress.ts';
import { type Invocation, inColour } from './terminal.ts';

/** Where MHA's lines go. */
export interface MhaOutput {
  line(line: string): void;
  /** After a failure everything is shown that was not. */
  end(failed: boolean): void;
}

/** On a terminal MHA's phases, what the hooks say, and what goes wrong; every line elsewhere, and where it is asked for. */
export function mhaOutput({ print, env }: Invocation, everything: boolean): MhaOutput {
  if (everything || !standardOutput().isTTY) return { line: print, end: () => {} };
  const progress = new Progress();
  const colour = inColour(env);
  const began = systemClock.ticks();
  const all: string[] = [];
  return {
    line: (line) => {
      all.push(line);
      const seen = progress.see(line);
      if (seen) print(lineFor(seen, (systemClock.ticks() - began) / 1000, colour));
    },
    end: (failed) => {
      if (failed) print(['', 'What MHA wrote:', ...all.map((line) => `  ${line}`)].join('\n'));
    },
  };
}

const CODES = { phase: 1, hook: 0, problem: 33 } as const;

function lineFor({ kind, text }: ProgressLine, seconds: number, colour: boolean): string {
  const head = `${seconds.toFixed(1).padStart(6)} s  ${kind === 'phase' ? 'MHA: ' : '  '}`;
  const plain = wrapped(oneLine(text), standardOutput().columns, head, ' '.repeat(12)).join('\n');
  return colour && CODES[kind] > 0 ? `\u001b[${CODES[kind]}m${plain}\u001b[0m` : plain;
}
