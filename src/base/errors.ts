import { listItem, printable } from './text.ts';

/** An error for the operator: says what failed, where, why and what to do now. Safe to print on a terminal. */
export class HelperError extends Error {
  constructor(message: string) {
    super(printable(message));
  }

  override get name(): string {
    return this.constructor.name;
  }
}

/** The command line is wrong: nothing was read, nothing was touched. */
export class UsageError extends HelperError {}

/** Something wrong with a configuration. */
export interface Problem {
  /** Missing if it concerns no file, or several. */
  readonly file?: string;
  /** Counted from 1. */
  readonly line?: number | undefined;
  /** The part of the file: `[server1], port`. */
  readonly part?: string;
  readonly text: string;
  /** What to do, in whole sentences. */
  readonly advice?: string;
  /** Further lines. */
  readonly details?: readonly string[];
}

/** A configuration file is missing, ambiguous or wrong: nothing was touched. */
export class ConfigError extends HelperError {
  readonly problems: readonly Problem[];

  /** One problem, or a list of all problems of one file. */
  constructor(wrong: string | Problem | readonly [Problem, ...Problem[]]) {
    const given = typeof wrong === 'string' ? { text: wrong } : wrong;
    super('text' in given ? sentenceOf(given) : listOf(given));
    this.problems = 'text' in given ? [given] : given;
  }
}

function sentenceOf({ file, ...rest }: Problem): string {
  const at = rest.line === undefined && rest.part === undefined ? ': ' : ', ';
  return `${file === undefined ? '' : file + at}${inFile(rest)}`;
}

function listOf(problems: readonly [Problem, ...Problem[]]): string {
  return [`${problems[0].file}: nothing was done, correct first:`, ...problems.map((p) => `  ${inFile(p)}`)].join('\n');
}

/** A problem in words, without the name of its file. */
export function inFile({ line, part, text, advice, details = [] }: Problem): string {
  const at = [line === undefined ? [] : `line ${line}`, part ?? []].flat().join(', ');
  const what = `${at === '' ? '' : `${at}: `}${text}${advice === undefined ? '' : `. ${advice}`}`;
  return [what, ...details].join('\n  ');
}

/** What is wrong, for a caller that names the file itself. */
export function withoutFile(thrown: unknown): string {
  return thrown instanceof ConfigError ? thrown.problems.map(inFile).join('; ') : messageOf(thrown);
}

interface ServerTrouble {
  /** `host:port`; missing if it concerns no particular server. */
  readonly server?: string | undefined;
  /** What failed: `cannot connect as mha`. */
  readonly what: string;
  /** What the server or the driver said. */
  readonly reason?: string;
  readonly advice?: string | undefined;
  /** The server's error number, or the driver's code (`ECONNREFUSED`). */
  readonly code?: number | string | undefined;
}

/** A server could not be reached, or refused a statement. */
export class ServerError extends HelperError {
  readonly server: string | undefined;
  /** What failed and why, without the server's name and without advice. */
  readonly text: string;
  readonly advice: string | undefined;
  readonly code: number | string | undefined;
  /** What the server or the driver said; the whole message if it said nothing. */
  readonly reason: string;

  constructor(trouble: string | ServerTrouble) {
    const { server, what, reason, advice, code } = typeof trouble === 'string' ? { what: trouble } : trouble;
    const text = `${what}${reason === undefined ? '' : `: ${reason}`}`;
    super(`${server === undefined ? '' : `${server}: `}${text}${advice === undefined ? '' : ` - ${advice}`}`);
    [this.server, this.text, this.advice, this.code] = [server, text, advice, code];
    this.reason = reason ?? this.message;
  }
}

/** A precondition does not hold: nothing was touched. Lists every reason found. */
export class Refused extends HelperError {
  constructor(readonly reasons: readonly string[]) {
    super(reasons.length === 1 ? `refused: ${reasons[0]}` : ['refused:', ...reasons.map(listItem)].join('\n'));
  }
}

/** A step failed; all its changes were undone, and that was verified. */
export class StepFailed extends HelperError {}

/** A step failed and something could not be undone; the message lists what is left to do by hand. */
export class RollbackIncomplete extends HelperError {}

/** The work is done, but something else is wrong: MHA should continue (exit 10). */
export class Degraded extends HelperError {}

/** The message of whatever was thrown, without a stack. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
