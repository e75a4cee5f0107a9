import minimist from 'minimist';
import { UsageError } from '../base/errors.ts';

export interface OptionNames {
  readonly values: readonly string[];
  readonly flags: readonly string[];
  /** Values that may be empty. */
  readonly mayBeEmpty?: readonly string[];
  /** Values that may be omitted, and their default; such a value is given only with `=`. */
  readonly alone?: Readonly<Record<string, string>>;
  /** One-letter names. */
  readonly alias?: Readonly<Record<string, string>>;
}

export interface ParsedOptions {
  /** As given; of several the last one, as with Perl's Getopt::Long. */
  readonly values: ReadonlyMap<string, string>;
  readonly flags: ReadonlySet<string>;
  /** What belongs to no option, and what follows `--`. */
  readonly words: readonly string[];
  readonly after: readonly string[];
  readonly unknown: readonly string[];
  readonly problems: readonly string[];
}

/** Reads `--name=value` and `--name value` without guessing: no numbers, no booleans, a value may begin with `-`. */
export function parseOptions(argv: readonly string[], names: OptionNames): ParsedOptions {
  const unknown: string[] = [];
  const parsed = minimist(joined(argv, names), {
    string: [...names.values, '_'],
    boolean: [...names.flags],
    alias: names.alias ?? {},
    '--': true,
    unknown: (option) => {
      if (option.startsWith('-') && option !== '-') unknown.push(option.replace(/=[\s\S]*$/, ''));
      return !option.startsWith('-') || option === '-';
    },
  });
  const values = new Map<string, string>();
  const problems: string[] = [];
  for (const name of names.values) {
    const given: unknown = parsed[name];
    if (given === undefined) continue;
    const value = String(Array.isArray(given) ? given.at(-1) : given);
    if (value === '' && !names.mayBeEmpty?.includes(name)) problems.push(`--${name} needs a value`);
    else values.set(name, value);
  }
  const flags = new Set(names.flags.filter((name) => parsed[name] === true));
  return { values, flags, words: parsed._.map(String), after: parsed['--'] ?? [], unknown, problems };
}

/** @throws UsageError with everything that is wrong. */
export function refuseOptions(problems: readonly string[]): void {
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
}

/** `--name value` as `--name=value`, so that a value may begin with a dash; not if a known option follows. */
function joined(argv: readonly string[], names: OptionNames): string[] {
  const result: string[] = [];
  for (let i = 0; i < argv.length; i += 1) {
    const arg = argv[i] ?? '';
    if (arg === '--') return [...result, ...argv.slice(i)];
    const alone = names.alone?.[arg.replace(/^--/, '')];
    if (alone !== undefined && arg.startsWith('--')) {
      result.push(`${arg}=${alone}`);
      continue;
    }
    const name = nameOfOption(arg, names);
    const next = argv[i + 1];
    if (name && next !== undefined && !isKnownOption(next, names)) {
      result.push(`--${name}=${next}`);
      i += 1;
    } else result.push(name ? `--${name}=` : arg);
  }
  return result;
}

function nameOfOption(arg: string, names: OptionNames): string | undefined {
  const long = arg.startsWith('--') ? arg.slice(2) : undefined;
  const name = long ?? (/^-[A-Za-z]$/.test(arg) ? names.alias?.[arg.slice(1)] : undefined);
  return name !== undefined && names.values.includes(name) ? name : undefined;
}

function isKnownOption(arg: string, names: OptionNames): boolean {
  if (arg === '--') return true;
  const name = /^--([^=]+)/.exec(arg)?.[1];
  return name !== undefined && (names.values.includes(name) || names.flags.includes(name));
}
