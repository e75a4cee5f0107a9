import type { Check } from '../context.ts';
import { accounts } from './accounts.ts';
import { binlog } from './binlog.ts';
import { clocks } from './clocks.ts';
import { diskFull } from './diskFull.ts';
import { events } from './events.ts';
import { filters } from './filters.ts';
import { identities } from './identities.ts';
import { kept } from './kept.ts';
import { privileges } from './privileges.ts';
import { readOnly } from './readOnly.ts';
import { replAccount } from './replAccount.ts';
import { replication } from './replication.ts';
import { semisync } from './semisync.ts';
import { settings } from './settings.ts';
import { transactions } from './transactions.ts';
import { unlisted } from './unlisted.ts';
import { versions } from './versions.ts';

/** What is asked of the servers themselves, in the order in which it is printed. */
export const SERVER_CHECKS: readonly Check[] = [
  diskFull,
  versions,
  identities,
  replication,
  replAccount,
  unlisted,
  filters,
  binlog,
  readOnly,
  semisync,
  privileges,
  accounts,
  kept,
  events,
  settings,
  clocks,
  transactions,
];
