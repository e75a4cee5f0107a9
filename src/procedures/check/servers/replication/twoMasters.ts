import { error, type Finding } from '../../../../base/finding.ts';
import { readEnd } from '../../../../capabilities/replication/readStatus.ts';
import { isLoneWriter, isSplit, masterNow } from '../../../../cluster/masterNow.ts';
import { secondMasters } from '../../../oldMaster/closable.ts';
import { compareWriters } from '../../../oldMaster/rivals.ts';
import { seenOf } from '../../../oldMaster/seen.ts';
import type { Check, CheckedServer } from '../../context.ts';
import { each, whereOf } from '../each.ts';

/**
 * Servers that take writes beside the master and replicate from none of the others. Which of two is to be closed is said only if
 * that is certain, see {@link secondMasters}.
 */
export const twoMasters: Check = {
  title: 'a second master',
  run: async ({ servers }) => {
    const seen = seenOf(servers.map(({ target, identity }) => ({ server: target, identity })));
    if (!isSplit(masterNow(seen, undefined))) return [];
    const writers = servers.filter(({ target }) =>
      seen.some((s) => s.server === target && isLoneWriter(s.state, s.masters)),
    );
    const found = secondMasters(seen);
    const master = found.action === 'close' ? servers.find(({ target }) => target === found.master) : undefined;
    const first = master ?? writers[0];
    const others = writers.filter((server) => server !== first);
    return first ? each(others, async (rival) => [await finding(rival, first, master !== undefined)]) : [];
  },
};

async function finding(rival: CheckedServer, master: CheckedServer, known: boolean): Promise<Finding> {
  const [where, name] = [whereOf(rival), whereOf(master)];
  const [one, other] = await Promise.all(
    [rival, master].map(async (s) => ({ ...(await readEnd(s.session)), name: whereOf(s) })),
  );
  const compared = one && other ? compareWriters(one, other).join('; ') : '';
  if (known) {
    const text = `TWO MASTERS: it takes writes beside the master ${name}: ${compared}`;
    return error('two_masters', where, text, CLOSE, ['SET GLOBAL read_only = 1']);
  }
  const text = `TWO MASTERS: it and ${name} take writes, and which is the master cannot be determined: ${compared}`;
  return error('two_masters', where, text, CHOOSE);
}

const CLOSE = 'mha_recover closes it and says what only it has; at once, by hand:';
const CHOOSE = 'choose the master at once; mha_recover --master_is=HOST closes the others';
