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

/** A configuration file is missing, ambiguous or wrong: nothing was touched. */
export class ConfigError extends HelperError {}

/** A server could not be reached, or refused a statement. */
export class ServerError extends HelperError {
  constructor(
    message: string,
    /** The server's own error number, or the driver's code (`ECONNREFUSED`), where there is one. */
    readonly code: number | string | undefined = undefined,
    /** What the server or the driver said, by itself: without the server's name and without advice. */
    readonly reason: string = message,
  ) {
    super(message);
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
