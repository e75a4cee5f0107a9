import { setTimeout as sleep } from 'node:timers/promises';
import { configureHooks } from '../../support/commands.ts';
import { stockZoo } from '../../support/zoo/zoo.ts';
import type { Lab } from '../lab/lab.ts';
import { type LoadReport, startLoad } from '../lab/load/load.ts';
import type { RunResult } from '../lab/run.ts';
import type { LabServer } from '../lab/server.ts';
import { type Before, type Claims, check, remember } from './claims.ts';
import { show } from './live.ts';
import { fact, line } from './page.ts';

/** The servers with accounts, events and MHA's file. */
export async function furnish(lab: Lab): Promise<Before> {
  configureHooks(lab);
  await stockZoo(lab.server(0));
  await lab.waitReplicasLevel();
  const before = await remember(lab);
  for (const { address, master } of await lab.dump()) fact(address, master ? `replica of ${master}` : 'master');
  fact('accounts and roles', String(Object.keys(before.rights).length));
  fact('events that are on', before.eventsOn.join(', '));
  return before;
}

/** A planned switch while eight clients write and forty sessions idle. */
export async function planned(lab: Lab, claims: Claims, before: Before): Promise<LabServer> {
  const next = lab.server(1);
  const args = [`--conf=${lab.confFile}`, `--new_master_host=${next.host}`];
  const { load, result } = await underLoad(lab, () => show('mysql_online_failover', args), { idle: 40 });
  line();
  claims.claim('exit code', String(result.code ?? result.signal), result.code === 0);
  const master = await check(lab, claims, before, { load });
  if (master !== next) claims.claim('asked for', next.host, false);
  return master;
}

/** The master dies under load, and MHA makes another one. */
export async function killed(lab: Lab, claims: Claims, before: Before, master: LabServer): Promise<void> {
  const { load, result } = await underLoad(lab, async () => {
    line(`   $ kill -9 ${master.pid}`);
    await master.kill9();
    return show('mysql_failover', [master.host, `--conf=${lab.confFile}`]);
  });
  line();
  claims.claim('exit code', String(result.code ?? result.signal), result.code === 0);
  await check(lab, claims, before, { load, inDoubt: namedInDoubt(result) });
  fact('without an answer', `${load.doubts.length} writes that the dead master never acknowledged`);
}

interface UnderLoad {
  readonly load: LoadReport;
  readonly result: RunResult;
}

/** The zoo's event that is off: a replica may not know that, and the failover says so where it does not. */
function namedInDoubt({ stdout }: RunResult): string | undefined {
  return /cannot know which of them were off at\s+the dead master: .*\bapp\.off\b/.test(stdout) ? 'app.off' : undefined;
}

async function underLoad(lab: Lab, work: () => Promise<RunResult>, more: { idle?: number } = {}): Promise<UnderLoad> {
  const load = await startLoad({ servers: lab.servers, clients: 8, ...more });
  try {
    await sleep(1_000);
    const result = await work();
    await sleep(1_000);
    return { result, load: await load.stop() };
  } finally {
    await load.stop();
    await lab.waitReplicasLevel(60_000).catch(() => {});
  }
}
