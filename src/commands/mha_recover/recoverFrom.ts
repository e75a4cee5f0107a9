import { messageOf } from '../../base/errors.ts';
import { hostAndPort, nameOf } from '../../base/server.ts';
import { findServer } from '../../cluster/cluster.ts';
import { closeGap, type RightsGap, rightsGap } from '../../procedures/recover/copyRights.ts';
import { switchContext } from '../../procedures/switch/contextOf.ts';
import { fitted } from '../cli/terminal.ts';
import type { RecoverCall } from './recoverCall.ts';

/** Without a journal: gives every other server what it lacks of `from`'s privileges. Returns 1 if something is still lacking. */
export async function recoverFrom(call: RecoverCall, from: string): Promise<number> {
  const { host, port } = hostAndPort(from);
  const source = findServer(call.cluster, host, port);
  const others = call.cluster.servers.filter((server) => server !== source);
  const io = { log: call.log, signal: call.invocation.signal };
  const context = switchContext(call.cluster, { orig: source, next: others[0] ?? source }, io);
  try {
    const gaps: RightsGap[] = [];
    const problems: string[] = [];
    for (const server of others) {
      try {
        gaps.push(await rightsGap(context, source, server));
      } catch (error) {
        problems.push(messageOf(error));
      }
    }
    if (!call.json) for (const gap of gaps) call.invocation.print(fitted(describe(gap)));
    if (call.dryRun) problems.push(...gaps.flatMap((g) => g.statements.map((sql) => `${nameOf(g.server)}: ${sql}`)));
    else for (const gap of gaps) problems.push(...(await closeGap(context, source, gap)));
    problems.push(...gaps.flatMap((gap) => gap.notes));
    const plain = gaps.map(({ server, statements, notes }) => ({ server: nameOf(server), statements, notes }));
    const text = call.json ? JSON.stringify({ gaps: plain, problems }, null, 2) : fitted(ending(call, problems));
    call.invocation.print(text);
    return problems.length > 0 ? 1 : 0;
  } finally {
    await context.sessions.closeAll();
  }
}

function describe(gap: RightsGap): string {
  const name = nameOf(gap.server);
  if (gap.statements.length + gap.notes.length === 0) return `${name}: lacks nothing`;
  return [`${name} lacks:`, ...gap.statements.map((sql) => `  ${sql};`), ...gap.notes.map((n) => `  ${n}`)].join('\n');
}

function ending(call: RecoverCall, problems: readonly string[]): string {
  if (problems.length === 0) return 'every server now has these privileges';
  if (call.dryRun) return 'nothing was run (--dry_run)';
  return ['still lacking:', ...problems.map((p) => `  - ${p}`)].join('\n');
}
