import { basename, join } from 'node:path';
import { factsOf, realPath } from '../../../adapters/files/files.ts';
import { argumentsOf, runningCommands } from '../../../adapters/machine.ts';
import { error, type Finding, note, warning } from '../../../base/finding.ts';
import { nameOf } from '../../../base/server.ts';
import { shellWord } from '../../../base/shellWords.ts';
import { readLockHolder } from '../../../capabilities/sessions/running.ts';
import { optionAmong } from '../../../mha/masterSwitch.ts';
import type { Surroundings } from './inputs.ts';

/** A manager that watches the cluster, the flag files of MHA's last failover, and switches that never ended. */
export async function checkManager(given: Surroundings): Promise<Finding[]> {
  const [running, flags] = await Promise.all([managerRunning(given), failoverFlags(given)]);
  return [...(await Promise.all(given.journals.map(journalFinding))), ...flags, ...running];
}

async function journalFinding({
  path,
  journal,
  why = 'this journal of a switch cannot be read',
  isFolder,
}: Surroundings['journals'][number]): Promise<Finding> {
  const advice = 'look with mha_recover --list, and end it with mha_recover';
  if (isFolder) return error('journal_dir', path, why, NOT_TRUSTED);
  if (!journal) return error('open_switch', path, why, advice);
  const { data } = journal;
  const what = `the switch from ${nameOf(data.origMaster)} to ${nameOf(data.newMaster)}`;
  if (await journal.atWork()) return error('open_switch', path, `${what} is running now`, 'wait until it ends');
  if (data.phase === 'started') return warning('open_switch', path, `${what} was never checked after it ended`, advice);
  return error('open_switch', path, `${what} never ended (${data.phase}): no other can begin`, advice);
}

const NOT_TRUSTED = 'let only its owner write there (chown, chmod), or set journal_dir to another folder';

/** A running manager holds MHA's advisory lock on the master, so that MHA refuses a planned switch (MasterRotate.pm). */
async function managerRunning(given: Surroundings): Promise<Finding[]> {
  const { config, master } = given;
  const own = await managersHere(config.file);
  const session = own.length === 0 ? master?.session : undefined;
  const holder = session && (await readLockHolder(session, 'MHA_Master_High_Availability_Monitor'));
  if (own.length === 0 && !holder) return [];
  const which = holder ? `on ${holder.host}` : `with process id ${own.join(', ')}`;
  const text = `MHA’s manager ${which} watches this cluster: MHA refuses a planned switch until it is stopped`;
  const statements = [`masterha_stop --conf=${shellWord(config.file)}`];
  return [note('manager_running', config.file, text, 'before a planned switch:', statements)];
}

async function managersHere(conf: string): Promise<number[]> {
  const wanted = await realPath(conf).catch(() => conf);
  const pids = runningCommands((args) => args.some((arg) => /(^|\/)masterha_(manager|master_monitor)$/.test(arg)));
  const found: number[] = [];
  for (const pid of pids) {
    const file = optionAmong(argumentsOf(pid), 'conf');
    if (file !== undefined && (await realPath(file).catch(() => file)) === wanted) found.push(pid);
  }
  return found;
}

/** For this long after a failover the manager does no other (MasterFailover.pm, last_failover_minute). */
const QUIET_MS = 480 * 60_000;
const FAILED = 'the last failover failed, and masterha_manager does no other until this file is removed';
const RECENT = 'the last failover was less than 8 hours ago, and masterha_manager does no other so soon';

async function failoverFlags({ config, clock }: Surroundings): Promise<Finding[]> {
  const app = basename(config.file).replace(/^(.+)\..*?$/, '$1');
  const flag = join(config.servers[0]?.params.get('manager_workdir') ?? '', `${app}.failover.`);
  const [failed, done] = await Promise.all([factsOf(`${flag}error`), factsOf(`${flag}complete`)]);
  const find = (file: string, text: string): Finding[] => [
    warning('last_failover', file, text, 'once all is well again:', [`rm ${shellWord(file)}`]),
  ];
  const recent = done && clock.now().getTime() - done.changed < QUIET_MS;
  return [...(failed ? find(`${flag}error`, FAILED) : []), ...(recent ? find(`${flag}complete`, RECENT) : [])];
}
