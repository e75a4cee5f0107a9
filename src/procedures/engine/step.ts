import type { Clock } from '../../adapters/clock.ts';
import type { Log } from '../../adapters/log.ts';
import type { Endpoint } from '../../base/server.ts';
import type { Counts } from '../../capabilities/journal/data.ts';

/** What the engine itself needs of a procedure's context. */
export interface EngineContext {
  readonly clock: Clock;
  readonly log: Log;
  /** Aborted when the procedure is to stop. */
  readonly signal: AbortSignal;
}

/**
 * How a step is undone. This may happen in another process, from the journal alone: `undo` must rely on `captured` only, be
 * harmless if there is nothing to undo or if it is called twice, restore what was captured and never a presumed value, and
 * read back what it did.
 */
export interface Undo<Context, Captured = unknown> {
  /** The step's name in the journal. */
  readonly name: string;
  /**
   * Reads what the journal holds, which comes from outside: no text in it is ever sent to a server as SQL. Missing if
   * `undo` needs nothing.
   * @throws Error that names the first thing that has another form.
   */
  parse?(captured: unknown): Captured;
  /**
   * Missing if the step leaves nothing behind. Resolves with what an operator should know of it.
   * @throws Error if something could not be put back, with what is left to do (see {@link orLeftToDo}).
   */
  undo?(context: Context, captured: Captured): Promise<readonly string[] | undefined>;
  /** For an undo that lets a server take writes: closes it again. */
  closeAgain?(context: Context, captured: Captured): Promise<void>;
  /** The step changes the new master only: if that is down for good there is nothing to undo. */
  readonly onNewMaster?: true;
}

/**
 * One step of a procedure that is undone if it fails. The runner calls `capture`, writes what it returned to the journal, then
 * `do` and `verify`; if this step or a later one fails, `undo`. `Kept` is what `undo` needs of `Captured`.
 */
export interface Step<Context, Captured = unknown, Kept = Captured> extends Undo<Context, Kept> {
  /** What is being done and where, for the log. */
  title(context: Context): string;
  /** The server that it is done on, and what it is, for the record. */
  where?(context: Context): Endpoint;
  readonly kind?: string;
  /** Reads what is so before; changes nothing. Must survive JSON. Missing if `do` needs nothing. */
  capture?(context: Context): Promise<Captured>;
  do(context: Context, captured: Captured): Promise<void>;
  /** @throws if the servers are not as `do` should have left them. */
  verify?(context: Context, captured: Captured): Promise<void>;
  /** What it did, in numbers, for the timeline; asked once it is verified. */
  counts?(): Counts;
  /** What an operator should know of it afterwards; asked once it is verified. */
  notes?(): readonly string[];
}
