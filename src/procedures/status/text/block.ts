export type Tone = 'good' | 'bad' | 'warn';

/** One value on the screen; `id` is the same at the next look, so that what moved can be marked. */
export interface Cell {
  readonly id: string;
  readonly text: string;
  readonly tone?: Tone | undefined;
}

/** A server, or one of several channels of it: a main line in columns, then what else there is to say. */
export interface Block {
  readonly name: string;
  readonly role: string;
  readonly state: Cell;
  readonly position: Cell;
  readonly lag: Cell;
  readonly details: readonly Cell[];
  readonly remarks: readonly Remark[];
}

/** Longer text with a word in front: an error, what it means, what to do. */
export interface Remark {
  readonly label: string;
  readonly text: string;
  readonly tone?: Tone;
}

/** A column with nothing in it. */
export function blank(name: string): Cell {
  return { id: `${name} none`, text: '' };
}
