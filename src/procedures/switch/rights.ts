import { messageOf } from '../../base/errors.ts';
import { nameOf, type Target } from '../../base/server.ts';
import { differences, differenceText } from '../../capabilities/accounts/grants/compare.ts';
import { readAccounts } from '../../capabilities/accounts/read.ts';
import type { SwitchContext } from './context.ts';

/** Compares all accounts of all servers with the master's. `differ`: one sentence each; `accounts`: how many were compared. */
export async function compareRights(
  context: Pick<SwitchContext, 'sessions'>,
  master: Target,
  others: readonly Target[],
): Promise<{ accounts: number; differ: string[] }> {
  const ours = await readAccounts(await context.sessions.of(master));
  const differ = await Promise.all(
    others.map(async (server) => {
      try {
        const theirs = await readAccounts(await context.sessions.of(server));
        const extra = differences(theirs, ours).filter(({ how }) => how.includes('missing'));
        return [
          ...differences(ours, theirs).map((one) => differenceText(one, nameOf(server))),
          ...extra.map((one) => differenceText(one, nameOf(master))),
        ];
      } catch (error) {
        return [`the rights on ${nameOf(server)} could not be compared: ${messageOf(error)}`];
      }
    }),
  );
  return { accounts: ours.length, differ: differ.flat() };
}
