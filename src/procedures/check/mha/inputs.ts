import type { Clock } from '../../../adapters/clock.ts';
import type { Finding } from '../../../base/finding.ts';
import type { FoundJournal } from '../../../capabilities/journal/openJournals.ts';
import type { MhaConfig } from '../../../config/mha/mhaServer.ts';
import type { CheckedServer } from '../context.ts';

/** Where a finding about MHA on this host is. */
export const HERE = 'MHA here';

/** Makes a finding about one place, in the level that fits there. */
export type Find = (code: string, text: string, advice: string, statements?: readonly string[]) => Finding;

/** What the checks in this folder work with. */
export interface Surroundings {
  readonly config: MhaConfig;
  /** MHA's global file, if it was named. */
  readonly globalConf: string | undefined;
  /** The settings file, if there is one; the next two come from it. */
  readonly settingsFile: string | undefined;
  readonly journalDirs: readonly string[];
  readonly sslKeys: readonly string[];
  readonly journals: readonly FoundJournal[];
  /** Those that answered. */
  readonly servers: readonly CheckedServer[];
  readonly master: CheckedServer | undefined;
  readonly env: NodeJS.ProcessEnv;
  /** The path of a folder of this package: `bin`, `conf`. */
  readonly packageFolder: (name: string) => string;
  readonly packageVersion: string;
  readonly clock: Clock;
  /** Ends the programs that are running. */
  readonly signal: AbortSignal;
}
