import type { Clock } from '../../../adapters/clock.ts';
import type { FoundJournal } from '../../../capabilities/journal/openJournals.ts';
import type { MhaConfig } from '../../../config/mha/mhaServer.ts';
import type { CheckedServer } from '../context.ts';

/** What the checks of everything around the servers work with: files, hooks, MHA itself, the hosts. */
export interface Surroundings {
  readonly config: MhaConfig;
  /** MHA's global file, if it was named. */
  readonly globalConf: string | undefined;
  /** The helper's own file, if there is one, and what it says of files and folders. */
  readonly settingsFile: string | undefined;
  readonly journalDirs: readonly string[];
  readonly sslKeys: readonly string[];
  readonly journals: readonly FoundJournal[];
  /** Those that answered. */
  readonly servers: readonly CheckedServer[];
  readonly master: CheckedServer | undefined;
  readonly env: NodeJS.ProcessEnv;
  /** A folder of this package, wherever it is installed: `bin`, `conf`. */
  readonly packageFolder: (name: string) => string;
  readonly packageVersion: string;
  readonly clock: Clock;
  /** Ends the programs that are run. */
  readonly signal: AbortSignal;
}
