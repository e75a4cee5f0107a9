import type { Lab } from '../../tools/lab/lab.ts';
import type { RunResult } from '../../tools/lab/run.ts';
import { runCommand } from '../commands.ts';
import { eventsOf, rightsOf } from '../zoo/zoo.ts';

/** What a cluster must be like after an attack: server `master` is the only one that takes writes. */
export interface Wanted {
  readonly master: number;
  /** Its `host:port` in MHA's file. */
  readonly name: string;
  /** The rights of every account. */
  readonly rights: Record<string, string[]>;
  /** The events that run, on the master only. */
  readonly events: readonly string[];
}

/** A message that a person can act on. */
const SAYS_WHAT_TO_DO = /mha_recover|SET GLOBAL|--\w+=/;

/** Words that are true only if the original master is the master. */
const STILL_ORIGINAL = [
  /The master is still .*/,
  /Everything that had been changed was put back.*/,
  /^ {2}\S.* goes on as the master/m,
  /.*: put back$/m,
];

/** The cluster as it is now, with server 0 as its master. */
export async function wantedOf(lab: Lab): Promise<Wanted> {
  const [master] = lab.servers;
  if (!master) throw new Error('the lab has no server');
  return { master: 0, name: named(master), rights: await rightsOf(master), events: await runningEvents(lab, 0) };
}

/** As an option of ours takes it: an IPv6 address has brackets. */
export function named({ host, port }: { readonly host: string; readonly port: number }): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Servers without read_only, by position; those that are down, or that are not to be asked, are none. */
export async function openServers(lab: Lab, except: ReadonlySet<number> = new Set()): Promise<number[]> {
  const asked = [...lab.servers.entries()].filter(([index, server]) => server.running && !except.has(index));
  const answers = await Promise.all(
    asked.map(async ([index, server]) => {
      const [row] = await server.admin('SELECT @@GLOBAL.read_only AS value');
      return Number(row?.value) === 0 ? [index] : [];
    }),
  );
  return answers.flat();
}

/** What is wrong once one of our commands has ended, in words; the switch may still be open. */
export async function wrongAfter(lab: Lab, wanted: Wanted, result: RunResult, said: string): Promise<string[]> {
  const open = await openServers(lab);
  const output = result.stdout + result.stderr;
  const wrong: string[] = [];
  if (open.length > 1) wrong.push(`servers ${open.join(' and ')} take writes`);
  const foreign = open.filter((index) => index !== wanted.master);
  if (open.length === 1 && foreign.length > 0) wrong.push(`server ${foreign} takes writes, not ${wanted.master}`);
  if (open.length === 0 && result.code === 0) wrong.push('no server takes writes, and the exit code is 0');
  if (open.length === 0 && !SAYS_WHAT_TO_DO.test(output))
    wrong.push('no server takes writes, and no word on what to do');
  if (wanted.master !== 0)
    for (const lie of STILL_ORIGINAL) if (lie.test(said)) wrong.push(`untrue: "${lie.exec(said)?.[0].trim()}"`);
  // `stop` has taken them from the original master, and only the end of the switch gives them back.
  const lost = wanted.master === 0 ? [] : await rightsLost(lab, wanted, wanted.master);
  return [...wrong, ...lost];
}

/** Runs `mha_recover`; if it leaves the switch open, once more with the operator's word. What is wrong then, in words. */
export async function wrongAfterRecovery(lab: Lab, wanted: Wanted): Promise<string[]> {
  const first = await recover(lab);
  const wrong = (await wrongAfter(lab, wanted, first, first.stdout)).map((w) => `mha_recover: ${w}`);
  if (first.code === 0) return [...wrong, ...(await wrongAtTheEnd(lab, wanted)).map((w) => `mha_recover: ${w}`)];
  if (!SAYS_WHAT_TO_DO.test(first.stdout + first.stderr)) wrong.push('mha_recover: no word on what to do');
  const way = `--master_is=${wanted.name}`;
  const second = await recover(lab, way);
  if (second.code !== 0) wrong.push(`${way} ends with ${second.code}: ${lastLines(second)}`);
  return [...wrong, ...(await wrongAtTheEnd(lab, wanted)).map((w) => `${way}: ${w}`)];
}

/** What is wrong where nothing is said to be open any more, in words. */
export async function wrongAtTheEnd(lab: Lab, wanted: Wanted): Promise<string[]> {
  const wrong: string[] = [];
  const open = await openServers(lab);
  if (open.join() !== String(wanted.master)) wrong.push(`takes writes: ${open.join(' and ') || 'none'}`);
  const list = await recover(lab, '--list');
  if (list.code !== 0 || !list.stdout.includes('no switch is open')) wrong.push('--list shows an open switch');
  for (const [index, server] of lab.servers.entries()) {
    if (!server.running) continue;
    wrong.push(...(await rightsLost(lab, wanted, index)));
    const on = await runningEvents(lab, index);
    const due = index === wanted.master ? wanted.events : [];
    if (on.join() !== due.join()) wrong.push(`events that run on server ${index}: ${on.join() || 'none'}`);
  }
  return wrong;
}

export async function recover(lab: Lab, ...more: string[]): Promise<RunResult> {
  return runCommand('mha_recover', [`--conf=${lab.confFile}`, ...more], { limitMs: 90_000 });
}

async function rightsLost(lab: Lab, { rights }: Wanted, index: number): Promise<string[]> {
  const now = await rightsOf(lab.server(index));
  const differ = [...new Set([...Object.keys(rights), ...Object.keys(now)])].filter(
    (who) => (now[who] ?? []).join('\n') !== (rights[who] ?? []).join('\n'),
  );
  return differ.length > 0 ? [`rights on server ${index} are not as before: ${differ.join(', ')}`] : [];
}

async function runningEvents(lab: Lab, index: number): Promise<string[]> {
  const events = await eventsOf(lab.server(index));
  return events.filter(({ status }) => status === 'ENABLED').map(({ name }) => name);
}

function lastLines({ stdout, stderr }: RunResult): string {
  return (stdout + stderr).trim().split('\n').slice(-2).join(' / ');
}
