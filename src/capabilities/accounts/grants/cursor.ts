import type { Account } from '../../../base/account.ts';
import type { Token } from './tokens.ts';

export function isWord(token: Token | undefined, text: string): boolean {
  return token?.type === 'word' && token.text === text;
}

/** Goes through a row's tokens; `grantee` is whom the row is about, once that has been read. */
export class Cursor {
  readonly #all: readonly Token[];
  #at = 0;
  grantee: Account | undefined;

  constructor(all: readonly Token[]) {
    this.#all = all;
  }

  peek(): Token | undefined {
    return this.#all[this.#at];
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
    const there = words.every(
      (w, i) => this.#all[this.#at + i]?.text === w && this.#all[this.#at + i]?.type === 'word',
    );
    if (there) this.#at += words.length;
    return there;
  }

  /** What follows the grantee (password, REQUIRE, limits) is passed over, but for WITH GRANT|ADMIN OPTION. */
  hasOption(which: 'GRANT' | 'ADMIN'): boolean {
    const rest = this.#all.slice(this.#at);
    return rest.some((t, i) => t.type === 'word' && t.text === which && rest[i + 1]?.text === 'OPTION');
  }
}
