import type { Finding } from '../../base/finding.ts';
import { counted } from '../../base/text.ts';
import { STOPPED } from './servers/each.ts';

/**
 * One finding for a server that stopped answering, however many checks of it failed: the first one has the reason. If
 * its disk is known to be full, that is the finding.
 */
export function oncePerServer(findings: readonly Finding[]): Finding[] {
  const stopped = (where: string) => findings.filter((f) => f.code === STOPPED && f.where === where);
  return findings.flatMap((finding): Finding[] => {
    const all = stopped(finding.where);
    if (finding.code === 'disk_full') return [all.length > 0 ? unchecked(finding, all.length) : finding];
    if (finding.code !== STOPPED) return [finding];
    const known = findings.some((f) => f.code === 'disk_full' && f.where === finding.where);
    if (known || finding !== all[0]) return [];
    return [all.length > 1 ? unchecked(finding, all.length - 1, 'more ') : finding];
  });
}

function unchecked(finding: Finding, count: number, more = ''): Finding {
  return { ...finding, text: `${finding.text}; ${counted(count, `${more}check`)} of it could not be made` };
}
