import { systemClock } from '../../src/adapters/clock.ts';
import type { Finding } from '../../src/base/finding.ts';
import { readIdentity } from '../../src/capabilities/replication.ts';
import type { Check, CheckContext, CheckedServer } from '../../src/procedures/check/context.ts';
import { SERVER_CHECKS } from '../../src/procedures/check/servers/index.ts';
import type { Account } from '../lab/accounts.ts';
import type { Lab } from '../lab/lab.ts';
import { contextOf } from './inProcess.ts';
import { mhaSession } from './mhaSession.ts';

export interface Looking {
  /** The servers of MHA's file, by position; all of the lab unless told. */
  readonly servers?: readonly number[];
  /** Those with no_master = 1. */
  readonly noMaster?: readonly number[];
  readonly settings?: Partial<CheckContext['settings']>;
  readonly rules?: Partial<CheckContext['rules']>;
  /** MHA's account; the lab's unless told. */
  readonly mha?: Account;
  /** Runs before the checks, with what they are given. */
  readonly before?: (context: CheckContext) => Promise<void>;
}

/** Runs these checks as `mha_check` does, on sessions of their own; the lab's first server is the master. */
export async function look(lab: Lab, checks: readonly Check[] = SERVER_CHECKS, as: Looking = {}): Promise<Finding[]> {
  const servers: CheckedServer[] = [];
  try {
    for (const number of as.servers ?? lab.servers.keys()) {
      const session = await mhaSession({ ...lab, mha: as.mha ?? lab.mha }, lab.server(number));
      const identity = await readIdentity(session);
      servers.push({ target: session.server, session, identity, mayBeMaster: !as.noMaster?.includes(number) });
    }
    const { conf, settings, rules } = contextOf(lab, lab.server(0), lab.server(1), 'revoke');
    const context: CheckContext = {
      ...{ conf, servers, master: servers[0], clock: systemClock },
      settings: { ...settings, drainMs: 1000, ...as.settings },
      rules: { ...rules, ...as.rules },
    };
    await as.before?.(context);
    const found: Finding[] = [];
    for (const check of checks) found.push(...(await check.run(context)));
    return found;
  } finally {
    await Promise.all(servers.map(({ session }) => session.close()));
  }
}
