import { systemClock } from '../../adapters/clock.ts';
import { Refused } from '../../base/errors.ts';
import { error, type Finding } from '../../base/finding.ts';
import { nameOf, sameEndpoint, type Target } from '../../base/server.ts';
import { sessionsOf } from '../../cluster/cluster.ts';
import { answerLimit, observe } from '../../cluster/observe.ts';
import { askPerl, exportCompat, knowsMhaStatements, NEWER_VERSION, ownVersion } from '../../mha/compat.ts';
import { hostFindings } from '../../procedures/check/mha/hostFindings.ts';
import { lookAtPrograms } from '../../procedures/check/mha/hosts.ts';
import { usesGtids } from '../../procedures/check/mha/index.ts';
import { otherVersion } from '../../procedures/check/mha/module.ts';
import { askServers, type Listed } from '../../procedures/check/reach.ts';
import { masterhaEnvironment } from './runSwitch.ts';
import type { SwitchRun } from './switchRun.ts';

/** For the answers of the servers, and of their hosts. In a failover nobody can write meanwhile. */
const LIMIT_MS = 3000;

/** What of a host would end a failover half-way, or lose rows. */
const NEEDED = new Set([
  'compat_on_host',
  'compat_version',
  'client_missing',
  'client_wrong',
  'node_missing',
  'node_fails',
]);

/**
 * MHA cannot work with MySQL 8.4 and later without MHACompat.pm: it would stop half-way. A failover by position needs it on
 * the hosts too. Servers that know MHA's statements, or do not answer, are no reason.
 * @throws Refused with the line that is missing, and where
 */
export async function refuseWithoutModule(run: SwitchRun): Promise<void> {
  const sessions = sessionsOf(run.cluster, { log: run.log, signal: run.invocation.signal });
  try {
    const alive = run.cluster.servers.filter((server) => !(run.dead && sameEndpoint(server, run.dead)));
    const ask = async (server: Target) => ({ stranger: !(await knowsMhaStatements(await sessions.of(server))) });
    const strangers = (await observe(alive, ask, answerLimit(LIMIT_MS))).filter(({ stranger }) => stranger);
    if (strangers.length === 0) return;
    const env = await masterhaEnvironment(run);
    const here = await wrongHere(env, run.invocation.signal);
    const listed = strangers.map(({ server }) => ({ target: server, mayBeMaster: true }));
    const found = here.length > 0 || !run.dead ? here : await wrongOnHosts(run, env, sessions, listed);
    if (found.length === 0) return;
    const names = strangers.map(({ server }) => nameOf(server)).join(', ');
    throw new Refused(found.map((finding) => sentence(finding, names)));
  } finally {
    await sessions.closeAll();
  }
}

/** In the environment that MHA would get. */
async function wrongHere(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Finding[]> {
  const { loaded, broken = 'not found' } = await askPerl([NEWER_VERSION], { env, signal });
  const find = (code: string, text: string, advice: string, lines?: readonly string[]) =>
    error(code, 'MHA here', text, advice, lines);
  if (loaded !== undefined) return otherVersion(find, loaded, await ownVersion(), exportCompat());
  const advice = 'install this package again, or load its conf/perl:';
  return [find('mha_cannot_drive', `MHACompat.pm does not load: ${broken}`, advice, [exportCompat()])];
}

async function wrongOnHosts(
  { cluster, invocation }: SwitchRun,
  env: NodeJS.ProcessEnv,
  sessions: ReturnType<typeof sessionsOf>,
  listed: readonly Listed[],
): Promise<Finding[]> {
  const { servers } = await askServers(sessions, listed);
  const isLeft = (_: unknown, index: number) => servers.some(({ target }) => target === cluster.servers[index]);
  const config = { ...cluster.config, servers: cluster.config.servers.filter(isLeft) };
  if (await usesGtids({ config, servers })) return [];
  const given = { config, servers, env, signal: invocation.signal, clock: systemClock };
  const looks = await lookAtPrograms(given, LIMIT_MS);
  return hostFindings(looks, true, await ownVersion()).filter(({ code }) => NEEDED.has(code));
}

function sentence({ where, text, advice, statements = [] }: Finding, names: string): string {
  return `${where}: ${text} (MHA needs it for ${names}); ${advice} ${statements.join('; ')}`.trim();
}
