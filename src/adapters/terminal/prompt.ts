import { createInterface } from 'node:readline';
import { HelperError } from '../../base/errors.ts';
import { Secret } from '../../base/secret.ts';

/** True if there is a terminal to ask on. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/**
 * Asks on the terminal; true only for `y` or `yes`, false on Ctrl-D. Rejects with a {@link HelperError} on Ctrl-C, and with
 * the signal's reason if it is aborted.
 */
export function askYes(question: string, signal: AbortSignal): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise((resolve, reject) => {
    lines.once('SIGINT', () => reject(new HelperError('interrupted; nothing was done')));
    lines.once('close', () => resolve(false));
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    lines.question(`${question} [y/N] `, (answer) => resolve(/^y(es)?$/i.test(answer.trim())));
  }).finally(() => lines.close()) as Promise<boolean>;
}

/**
 * Asks for a password on the terminal without showing it; the question goes to standard error. Backspace and Ctrl-U work.
 * Rejects with a {@link HelperError} on Ctrl-C, and on Ctrl-D before anything was typed.
 */
export function askPassword(question: string): Promise<Secret> {
  const { stdin, stderr } = process;
  return new Promise((resolve, reject) => {
    let typed: readonly string[] = [];
    const end = (settle: () => void) => {
      stdin.off('data', read);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write('\n');
      settle();
    };
    const read = (chunk: string) => {
      for (const char of chunk) {
        const key = keyOf(char, typed.length);
        if (key === 'enter') return end(() => resolve(new Secret(typed.join(''))));
        if (key === 'cancel') return end(() => reject(new HelperError('no password was given')));
        typed = key === 'rubout' ? typed.slice(0, -1) : key === 'clear' ? [] : [...typed, char];
      }
    };
    stdin.setRawMode(true);
    stdin.setEncoding('utf8');
    stdin.on('data', read);
    stdin.resume();
    stderr.write(question);
  });
}

function keyOf(char: string, typed: number): 'enter' | 'cancel' | 'rubout' | 'clear' | 'char' {
  if (char === '\r' || char === '\n') return 'enter';
  if (char === '\u0003') return 'cancel';
  if (char === '\u0004') return typed === 0 ? 'cancel' : 'enter';
  if (char === '\u007f' || char === '\b') return 'rubout';
  return char === '\u0015' ? 'clear' : 'char';
}
