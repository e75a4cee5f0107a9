import { error, type Finding } from '../../../../base/finding.ts';
import { readEnd } from '../../../../capabilities/replication/readStatus.ts';
import { isSplit, masterNow } from '../../../../cluster/masterNow.ts';
import { standingsOf } from '../../../../cluster/observe.ts';
import { compareWriters } from '../../../oldMaster/rivals.ts';
import type { Check, CheckedServer } from '../../context.ts';
import { each, whereOf } from '../each.ts';

/** Servers that take writes beside the master and replicate from none of the others, see {@link masterNow}. */
export const twoMasters: Check = {
  title: 'a second master',
  run: async ({ servers }) => {
    const now = masterNow(
      standingsOf(servers.map(({ target, identity }) => ({ server: target, identity }))),
      undefined,
    );
    if (!isSplit(now)) return [];
    const rivals = servers.filter(({ target }) => now.rivals.includes(target));
    const master = servers.find(({ target }) => target === now.master);
    const [first, others] = master ? [master, rivals] : [rivals[0], rivals.slice(1)];
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
