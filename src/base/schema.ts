/** Reads a JSON value as one type; `at` names it in the Error that it throws. */
export type Of<T> = (value: unknown, at: string) => T;

const NEWER = 'a newer version of mha-helper may have written it: use that version';

/** An object with a reader for each field of T; an unknown field is an error. */
export function object<T>(fields: { readonly [K in keyof Required<T>]: Of<T[K]> }): Of<T> {
  return (value, at) => {
    const given = plain(value, at);
    const unknown = Object.keys(given).find((key) => !Object.hasOwn(fields, key));
    if (unknown !== undefined) throw wrong(below(at, unknown), `is not known to this version; ${NEWER}`);
    const readers = Object.entries<Of<unknown>>(fields);
    const read = readers.map(([key, of]) => [key, of(given[key], below(at, key))] as const);
    return Object.fromEntries(read.filter(([, found]) => found !== undefined)) as T;
  };
}

/** An object with arbitrary names, whose values all have one type. */
export function named<T>(of: Of<T>): Of<Readonly<Record<string, T>>> {
  return (value, at) => {
    const entries = Object.entries(plain(value, at));
    return Object.fromEntries(entries.map(([key, each]) => [key, of(each, below(at, key))]));
  };
}

function plain(value: unknown, at: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw wrong(at, 'is no object');
}

export function list<T>(of: Of<T>): Of<T[]> {
  return (value, at) => {
    if (!Array.isArray(value)) throw wrong(at, 'is no list');
    return value.map((each, i) => of(each, `${at}[${i}]`));
  };
}

export function text(longest: number): Of<string> {
  return (value, at) => {
    if (typeof value === 'string' && value.length <= longest) return value;
    throw wrong(at, typeof value === 'string' ? `is longer than ${longest} characters` : 'is no text');
  };
}

/** A value of `of` that fits; the error says what it is otherwise. */
export function fitting<T>(of: Of<T>, fits: (value: T) => boolean, otherwise: string): Of<T> {
  return (value, at) => {
    const found = of(value, at);
    if (fits(found)) return found;
    throw wrong(at, otherwise);
  };
}

export const number: Of<number> = fitting((value) => value as number, Number.isFinite, 'is no number');

export const flag: Of<boolean> = (value, at) => {
  if (typeof value === 'boolean') return value;
  throw wrong(at, 'is neither true nor false');
};

const ISO_UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** ISO 8601, UTC. */
export const time = fitting(text(40), (value) => ISO_UTC.test(value) && !Number.isNaN(Date.parse(value)), 'is no time');

export function oneOf<const T>(...known: readonly T[]): Of<T> {
  return (value, at) => {
    if (known.includes(value as T)) return value as T;
    throw wrong(at, `is ${JSON.stringify(value)?.slice(0, 100)}, which is not known to this version; ${NEWER}`);
  };
}

export function optional<T>(of: Of<T>): Of<T | undefined> {
  return (value, at) => (value === undefined ? undefined : of(value, at));
}

/** A list that older journals lack. */
export function listOrNone<T>(of: Of<T>): Of<T[]> {
  return (value, at) => (value === undefined ? [] : list(of)(value, at));
}

function below(at: string, key: string): string {
  return at === '' ? key : `${at}.${key}`;
}

function wrong(at: string, what: string): Error {
  return new Error(`${at || 'it'} ${what}`);
}
