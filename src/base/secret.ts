import { inspect } from 'node:util';

/** A password. Prints, serialises and inspects as `***`; only {@link Secret.reveal} gives it away, to the MySQL adapter. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '***';
  }

  toJSON(): string {
    return '***';
  }

  [inspect.custom](): string {
    return '***';
  }
}
