import { spawn } from 'node:child_process';
import { endGroup } from './child.ts';

interface ConversationOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Sent first. */
  readonly first: string;
  /** Called with each line of output. What it returns is sent; `end` closes the program's input. */
  readonly onLine: (line: string) => string | 'end' | undefined;
  /** After this it is killed, with everything it started; also when `signal` is aborted. */
  readonly limitMs: number;
  readonly signal?: AbortSignal;
}

export interface Conversation {
  /** Undefined if a signal ended it or it could not be started. */
  readonly code: number | undefined;
  /** The last line that it printed to standard error, or why it was killed. */
  readonly why: string;
  /** True if `limitMs` was over. */
  readonly late: boolean;
}

/** Runs a program without a shell and answers each line that it prints. Never rejects. */
export function converse(
  program: string,
  args: readonly string[],
  options: ConversationOptions,
): Promise<Conversation> {
  return new Promise((resolve) => {
    const child = spawn(program, [...args], { env: options.env, stdio: 'pipe', detached: true });
    let [errors, rest] = ['', ''];
    const end = (code: number | undefined, why: string, late = false) => {
      clearTimeout(limit);
      options.signal?.removeEventListener('abort', abort);
      resolve({ code, why: why.trim().split('\n').at(-1)?.trim() ?? '', late });
    };
    const kill = (why: string, late: boolean) => {
      end(undefined, `${why}${endGroup(child)}`, late);
    };
    const abort = () => kill('interrupted', false);
    const limit = setTimeout(() => kill(`no answer within ${options.limitMs / 1000} s`, true), options.limitMs);
    options.signal?.addEventListener('abort', abort, { once: true });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-10_000);
    });
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = (lines.pop() ?? '').slice(-100_000);
      for (const line of lines) {
        const reply = options.onLine(line);
        if (reply === 'end') child.stdin.end();
        else if (reply !== undefined) child.stdin.write(reply);
      }
    });
    child.stdin.on('error', () => {}).write(options.first);
    child.once('error', (error) => end(undefined, error.message));
    child.once('close', (code) => end(code ?? undefined, errors));
    if (options.signal?.aborted) abort();
  });
}
