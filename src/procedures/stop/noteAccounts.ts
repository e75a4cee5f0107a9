import { verifyBinlogOff } from '../../capabilities/binlog.ts';
import type { Step } from '../engine/step.ts';
import { atOrigMaster, origSession, type SwitchContext } from '../switch/context.ts';
import type { StopFacts } from './facts.ts';

interface Summary {
  readonly blocked: number;
  /** Why each kept account keeps its privileges, by `user@host`. */
  readonly kept: Readonly<Record<string, string>>;
}

/**
 * Changes nothing and reads no account: the checks did. Records whom they decided to keep, logs their notes, and verifies
 * that the session that revokes does not write to the binlog: otherwise the new master would lose the privileges too.
 */
export function noteAccounts({ plan }: StopFacts): Step<SwitchContext, Summary> {
  return {
    name: 'read original master',
    ...atOrigMaster('binlog off for this session, accounts read'),
    capture: async () => ({
      blocked: plan.blocked.length,
      kept: Object.fromEntries(
        plan.kept.map(({ state: { account }, reason }) => [`${account.user}@${account.host}`, reason]),
      ),
    }),
    do: async (context) => {
      for (const note of plan.notes) context.log.warning(note);
    },
    verify: async (context) => verifyBinlogOff(await origSession(context)),
    notes: () => plan.notes,
  };
}
