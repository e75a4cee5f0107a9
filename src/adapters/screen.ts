/** The terminal that this process writes to, for output that is redrawn in place. */
export interface Screen {
  readonly isTerminal: boolean;
  /** False once whoever read it has gone (a pipe that was closed). */
  isRead(): boolean;
  /** As it is at this moment: a window may be resized. */
  size(): { readonly columns: number; readonly rows: number };
  /** Draws over what was drawn before: from the top left corner, without clearing first, so that nothing flickers. */
  redraw(lines: readonly string[]): void;
  /** Gives the cursor back, below what was drawn. */
  end(): void;
}

const HOME = '\u001b[H';
const TO_END_OF_LINE = '\u001b[K';
const REST_OF_SCREEN = '\u001b[J';

export function screenOn(stream: NodeJS.WriteStream): Screen {
  let begun = false;
  let broken = false;
  stream.once('error', () => {
    broken = true;
  });
  return {
    isTerminal: stream.isTTY === true,
    isRead: () => !broken,
    size: () => ({ columns: stream.columns || 80, rows: stream.rows || 24 }),
    redraw: (lines) => {
      const start = begun ? '' : '\u001b[?25l\u001b[2J';
      begun = true;
      stream.write(`${start}${HOME}${lines.map((line) => `${line}${TO_END_OF_LINE}\r\n`).join('')}${REST_OF_SCREEN}`);
    },
    end: () => {
      if (begun) stream.write('\u001b[?25h');
    },
  };
}
