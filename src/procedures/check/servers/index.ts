import { clocks } from '../clocks.ts';
import type { Check } from '../context.ts';
import { accounts } from './accounts/accounts.ts';
import { kept } from './accounts/kept.ts';
import { privileges } from './accounts/privileges.ts';
import { replAccount } from './accounts/replAccount.ts';
import { diskFull } from './diskFull.ts';
import { identities } from './identities.ts';
import { binlog } from './replication/binlog.ts';
import { channelLogins } from './replication/channelLogins.ts';
import { events } from './replication/events.ts';
import { filters } from './replication/filters.ts';
import { readOnly } from './replication/readOnly.ts';
import { replication } from './replication/replication.ts';
import { semisync } from './replication/semisync.ts';
import { unsupported } from './replication/unsupported.ts';
import { settings } from './settings.ts';
import { transactions } from './transactions.ts';
import { unlisted } from './unlisted.ts';
import { versions } from './versions.ts';

/** The checks of the servers themselves, in the order in which their findings are printed. */
export const SERVER_CHECKS: readonly Check[] = [
  ...[diskFull, versions, identities, replication, unsupported, replAccount, channelLogins, unlisted, filters],
  ...[binlog, readOnly, semisync],
  ...[privileges, accounts, kept, events, settings, clocks, transactions],
];
