import { messageOf } from '../../base/errors.ts';
import { hostAndPort, nameOf, type Target } from '../../base/server.ts';
import { findServer } from '../../cluster/cluster.ts';
import { closeGap, type RightsGap, rightsGap } from '../../procedures/recover/copyRights.ts';
import { switchContext } from '../../procedures/switch/contextOf.ts';
import { fitted } from '../cli/terminal.ts';
import type { RecoverCall } from './recoverJournals.ts';

/**
 * Without a journal: shows what every other server lacks of `from`'s rights, then gives it to them. Returns 0 if all
 * have it, 1 if something is still missing.
 */
export async function recoverFrom(call: RecoverCall, from: string): Promise<number> {
  const source = serverNamed(call, from);
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
    call.invocation.print(
      call.json ? JSON.stringify({ gaps: gaps.map(plain), problems }, null, 2) : fitted(ending(call, problems)),
    );
    return problems.length > 0 ? 1 : 0;
  } finally {
    await context.sessions.closeAll();
  }
}

function serverNamed(call: RecoverCall, text: string): Target {
  const { host, port } = hostAndPort(text);
  return findServer(call.cluster, host, port);
}

function describe(gap: RightsGap): string {
  const name = nameOf(gap.server);
  if (gap.statements.length + gap.notes.length === 0) return `${name}: lacks nothing`;
  return [`${name} lacks:`, ...gap.statements.map((sql) => `  ${sql};`), ...gap.notes.map((n) => `  ${n}`)].join('\n');
}

function plain(gap: RightsGap): object {
  return { server: nameOf(gap.server), statements: gap.statements, notes: gap.notes };
}

function ending(call: RecoverCall, problems: readonly string[]): string {
  if (problems.length === 0) return 'every server has these rights now';
  return call.dryRun
    ? 'nothing was run (--dry_run)'
    : ['still lacking:', ...problems.map((p) => `  - ${p}`)].join('\n');
}
