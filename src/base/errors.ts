import { listItem, printable } from './text.ts';

/**
 * The errors of this package. Each says what failed, where, why and what to do now, in one message for an operator.
 * Only a command turns one into an exit code (see {@link exitCodeOf}).
 */
export class HelperError extends Error {
  /** What servers, files and people have put into it cannot move a terminal's cursor. */
  constructor(message: string) {
    super(printable(message));
  }

  override get name(): string {
    return this.constructor.name;
  }
}

/** The command line is wrong: nothing was looked at, nothing was touched. */
export class UsageError extends HelperError {}

/** Something wrong with a configuration. */
export interface Problem {
  /** The file it is in; missing if it is about no file, or about several. */
  readonly file?: string;
  /** From 1. */
  readonly line?: number | undefined;
  /** The part of the file: `[server1], port`. */
  readonly part?: string;
  readonly text: string;
  /** What to do, in whole sentences. */
  readonly advice?: string;
  /** What else belongs to it, one line each. */
  readonly details?: readonly string[];
}

/** A configuration file is missing, ambiguous or wrong: nothing was touched. */
export class ConfigError extends HelperError {
  readonly problems: readonly Problem[];

  /** One problem; or all of one file, which are listed below each other. */
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

/** What is wrong, without the name of the file that the caller names itself. */
export function withoutFile(thrown: unknown): string {
  return thrown instanceof ConfigError ? thrown.problems.map(inFile).join('; ') : messageOf(thrown);
}

/** What is known of a failure of a server. */
export interface ServerTrouble {
  /** `host:port`; missing if it is about no server in particular. */
  readonly server?: string | undefined;
  /** What failed: `cannot connect as mha`. */
  readonly what: string;
  /** What the server or the driver said. */
  readonly reason?: string;
  /** What to look at, or to do. */
  readonly advice?: string | undefined;
  /** The server's own error number, or the driver's code (`ECONNREFUSED`), if there is one. */
  readonly code?: number | string | undefined;
}

/** A server could not be reached, or refused a statement. */
export class ServerError extends HelperError {
  readonly server: string | undefined;
  /** What failed and why, without the server's name and without advice. */
  readonly text: string;
  readonly advice: string | undefined;
  readonly code: number | string | undefined;
  /** What the server or the driver said, by itself; the whole message if it said nothing. */
  readonly reason: string;

  constructor(trouble: string | ServerTrouble) {
    const { server, what, reason, advice, code } = typeof trouble === 'string' ? { what: trouble } : trouble;
    const text = `${what}${reason === undefined ? '' : `: ${reason}`}`;
    super(`${server === undefined ? '' : `${server}: `}${text}${advice === undefined ? '' : ` - ${advice}`}`);
    [this.server, this.text, this.advice, this.code] = [server, text, advice, code];
    this.reason = reason ?? this.message;
  }
}

/** A precondition does not hold: nothing was touched. Lists every reason that was found. */
export class Refused extends HelperError {
  constructor(readonly reasons: readonly string[]) {
    super(reasons.length === 1 ? `refused: ${reasons[0]}` : ['refused:', ...reasons.map(listItem)].join('\n'));
  }
}

/** A step failed; everything that had been changed was put back, and that was read back. */
export class StepFailed extends HelperError {}

/** A step failed and something could not be put back; the message lists what is left to do by hand. */
export class RollbackIncomplete extends HelperError {}

/** The work is done, but something beside it is not as it should be: MHA is to go on (exit 10). */
export class Degraded extends HelperError {}

/** The message of whatever was thrown, without a stack. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
