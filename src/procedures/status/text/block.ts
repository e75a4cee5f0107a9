export type Tone = 'good' | 'bad' | 'warn';

/** One value on the screen; its `id` stays the same, so that a value that has changed can be marked. */
export interface Cell {
  readonly id: string;
  readonly text: string;
  readonly tone?: Tone | undefined;
}

/** A server, or one of its channels: a main line in columns, then details and remarks. */
export interface Block {
  readonly name: string;
  readonly role: string;
  readonly state: Cell;
  readonly position: Cell;
  readonly lag: Cell;
  readonly details: readonly Cell[];
  readonly remarks: readonly Remark[];
}

/** Longer text after a label: an error, what it means, what to do. */
export interface Remark {
  readonly label: string;
  readonly text: string;
  readonly tone?: Tone;
}

export function blank(name: string): Cell {
  return { id: `${name} none`, text: '' };
}
