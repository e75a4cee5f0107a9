import { type Finding, warning } from '../../../base/finding.ts';
import type { Check, CheckContext } from '../context.ts';
import { othersOf, whereOf } from './each.ts';

/** Replication between versions. */
export const versions: Check = {
  title: 'versions',
  run: async (context) => differing(context),
};

function differing(context: CheckContext): Finding[] {
  const { master } = context;
  if (!master) return [];
  return othersOf(context).flatMap((server) => {
    const [own, masters] = [majorOf(server.identity.version), majorOf(master.identity.version)];
    if (own.name === masters.name) return [];
    const { code, text } = difference(own, masters);
    return [warning(code, whereOf(server), text, ADVICE)];
  });
}

const ADVICE = 'bring all servers to one major version, the replicas first';

interface Major {
  /** `MariaDB 10.11` */
  readonly name: string;
  readonly family: string;
  readonly number: number;
}

/** From VERSION(): `10.11.19-MariaDB-log`, `5.5.5-10.6.1-MariaDB`, `8.0.36`. */
export function majorOf(version: string): Major {
  const family = /MariaDB/i.test(version) ? 'MariaDB' : 'MySQL';
  const [, major = '0', minor = '0'] = /^(?:5\.5\.5-(?=\d+\.\d+.*MariaDB))?(\d+)\.(\d+)/i.exec(version) ?? [];
  return { name: `${family} ${major}.${minor}`, family, number: Number(major) * 1000 + Number(minor) };
}

/** How replication goes wrong: now, or once this server is the master. */
export function difference(own: Major, masters: Major): Pick<Finding, 'code' | 'text'> {
  const both = `${own.name}, and the master is ${masters.name}`;
  if (own.family !== masters.family) {
    return { code: 'version_family', text: `this is ${both}: neither can fully replicate from the other` };
  }
  if (own.number < masters.number) {
    return { code: 'version_older', text: `this is ${both}: what the newer one writes may stop the older one` };
  }
  const text = `this is ${both}: as the new master it may write what the older ones cannot replicate`;
  return { code: 'version_newer', text };
}
