import type { Output } from './output.ts';

/** The terminal that this process writes to, for output that is redrawn in place. */
export interface Screen {
  readonly isTerminal: boolean;
  /** False once the reader has gone (a closed pipe). */
  isRead(): boolean;
  /** The current size: a window may be resized. */
  size(): { readonly columns: number; readonly rows: number };
  /** Draws over the previous lines from the top left corner, without clearing first, so that nothing flickers. */
  redraw(lines: readonly string[]): void;
  /** Shows the cursor again, below the drawing. */
  end(): void;
}

const HOME = '\u001b[H';
const TO_END_OF_LINE = '\u001b[K';
const REST_OF_SCREEN = '\u001b[J';

export function screenOn(output: Output): Screen {
  let begun = false;
  return {
    isTerminal: output.isTTY,
    isRead: () => !output.hasFailed,
    size: () => ({ columns: output.columns, rows: output.rows }),
    redraw: (lines) => {
      // Skip it while output is waiting: the next drawing is newer.
      if (!output.isFree) return;
      const start = begun ? '' : '\u001b[?25l\u001b[2J';
      begun = true;
      output.write(`${start}${HOME}${lines.map((line) => `${line}${TO_END_OF_LINE}\r\n`).join('')}${REST_OF_SCREEN}`);
    },
    end: () => {
      if (begun) output.write('\u001b[?25h');
    },
  };
}
