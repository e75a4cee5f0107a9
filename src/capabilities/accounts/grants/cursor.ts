import type { Account } from '../../../base/account.ts';
import type { Token } from './tokens.ts';

export function isWord(token: Token | undefined, text: string): boolean {
  return token?.type === 'word' && token.text === text;
}

/** Walks through a row's tokens; `grantee` is set once it has been read. */
export class Cursor {
  #at = 0;
  grantee: Account | undefined;

  constructor(private readonly all: readonly Token[]) {}

  peek(): Token | undefined {
    return this.all[this.#at];
  }

  take(type: Token['type'], text?: string): Token | undefined {
    const token = this.peek();
    if (token?.type !== type || (text !== undefined && token.text !== text)) return undefined;
    this.#at += 1;
    return token;
  }

  need(type: Token['type'], text?: string): Token {
    const token = this.take(type, text);
    if (!token) throw new Error(`no ${text ?? type}`);
    return token;
  }

  name(): string {
    return (this.take('name') ?? this.need('string')).text;
  }

  takeWords(...words: string[]): boolean {
    const there = words.every((word, i) => isWord(this.all[this.#at + i], word));
    if (there) this.#at += words.length;
    return there;
  }

  /** Whether WITH GRANT|ADMIN OPTION follows; ignores what else follows the grantee (password, REQUIRE, limits). */
  hasOption(which: 'GRANT' | 'ADMIN'): boolean {
    const rest = this.all.slice(this.#at);
    return rest.some((t, i) => isWord(t, which) && rest[i + 1]?.text === 'OPTION');
  }
}
