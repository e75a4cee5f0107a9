import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FEW } from '../support/byHand.ts';
import { bin, onlineArguments } from '../support/commands.ts';
import { comparableRights, DEEDS, type Deed, differences, LEDGER, NAMED } from '../support/dbaDeeds.ts';
import { ANCESTORS } from '../support/process/ancestors.ts';
import { faults, runMeeting } from '../support/proxy/faulty.ts';
import { openServers } from '../support/state/judge.ts';
import { openJournals } from '../support/state/state.ts';
import { useLab, useProxies } from '../support/useLab.ts';
import { eventsOf } from '../support/zoo/zoo.ts';
import { isMysql, SQL } from '../tools/lab/kind.ts';
import { changeTo } from '../tools/lab/replication.ts';
import type { RunResult } from '../tools/lab/run.ts';
import type { Row } from '../tools/lab/server.ts';

const [A, B, C] = [0, 1, 2];
const names = Object.keys(DEEDS) as Deed[];

/**
 * All that may differ from one switch to the next. MHA_HELPER_HISTORIES says how many are tried, and MHA_HELPER_SEED
 * tries those of an earlier run again: its number is in the name of each that fails.
 */
const histories = fc.record({
  /** In a pair the original master replicates from the new one. */
  pair: fc.boolean(),
  writable: fc.record({ next: fc.boolean(), third: fc.boolean() }),
  ancestor: fc.option(fc.constantFrom(...Object.keys(ANCESTORS)), { nil: undefined }),
  stopFault: fc.option(faults, { nil: undefined, freq: 2 }),
  afterStop: fc.constantFrom(...names),
  start: fc.boolean(),
  startFault: fc.option(faults, { nil: undefined, freq: 1 }),
  afterStart: fc.constantFrom<Deed>('nothing', 'nothing', ...names),
});
type History = typeof histories extends fc.Arbitrary<infer T> ? T : never;

const COUNT = Number(process.env.MHA_HELPER_HISTORIES ?? (isMysql ? 40 : 200));
const SEED = Number(process.env.MHA_HELPER_SEED ?? Date.now() % 1_000_000);
const LIMIT_MS = 60_000 + COUNT * 20_000;

const lab = useLab({
  ssh: false,
  ipv6: process.env.MHA_HELPER_IPV6 === '1',
  settings: { kill_after_timeout: 0.5, undo_timeout: 10 },
  stock: [...FEW, ...LEDGER],
});
const proxied = useProxies(lab);
/** The rights that a history must end with, by what was done in it. */
const due = new Map<string, Record<string, string[]>>();

it(`${COUNT} histories in which a DBA is at work: one writer, no right lost or regained`, {
  timeout: LIMIT_MS,
}, async () => {
  const found: Record<string, string[]> = {};
  for (const [index, history] of fc.sample(histories, { numRuns: COUNT, seed: SEED }).entries()) {
    const wrong = await wrongIn(history).catch((error) => [String(error)]);
    if (wrong.length > 0) found[`${index} of seed ${SEED}: ${JSON.stringify(history)}`] = wrong;
  }
  expect(found).toEqual({});
});

async function fresh(): Promise<void> {
  proxied.reset();
  await lab.renew();
  proxied.configure();
}

async function prepare({ pair, writable }: History): Promise<void> {
  await fresh();
  if (pair) await lab.server(A).adminAll([await changeTo(lab.server(B), lab.repl), SQL.start]);
  if (writable.next && !pair) await lab.server(B).admin('SET GLOBAL read_only = 0');
  if (writable.third) await lab.server(C).admin('SET GLOBAL read_only = 0');
}

/** What the deeds come to if nobody moves the master. Undefined if the second cannot be done after the first. */
async function rightsAfter(deeds: readonly Deed[]): Promise<Record<string, string[]> | undefined> {
  const done = deeds.filter((deed) => deed !== 'nothing');
  const key = done.join(', then ');
  if (!due.has(key)) {
    await fresh();
    try {
      for (const deed of done) await lab.server(A).adminAll(DEEDS[deed]);
    } catch {
      return undefined;
    }
    due.set(key, await comparableRights(lab, A));
  }
  return due.get(key);
}

const inFront = ({ ancestor }: History) => (ancestor === undefined ? [] : (ANCESTORS[ancestor] ?? []));
const hook = (command: string, history: History) => [
  ...inFront(history),
  bin('master_ip_online_change'),
  ...onlineArguments(lab, command, proxied.proxy(A), proxied.proxy(B)),
];

/** How far a history came. */
interface Told {
  readonly deeds: readonly Deed[];
  /** What was done to accounts that the switch had shut out. */
  readonly toNames: readonly Deed[];
  /** What `start` came to, if it was run: `open` if it says that the new master is. */
  readonly start: 'not run' | 'open' | 'failed';
  readonly output: string;
}

/** Lets the history happen, ends it with `mha_recover`, and says what is wrong then. */
async function wrongIn(history: History): Promise<string[]> {
  await rightsAfter([history.afterStop]);
  const canBeDone = await rightsAfter([history.afterStop, history.afterStart]);
  await prepare(history);
  const told = await happen(history, canBeDone ? history.afterStart : 'nothing');
  const last = await recovered(history);
  const all = { ...told, output: `${told.output}${last.output}` };
  const open = await openServers(lab);
  const master = open.includes(A) ? A : B;
  return [
    ...wrongWriters(history, all, last, open),
    ...wrongWords(all),
    ...(await wrongRights(master, all.deeds, last.code === 0)).filter((each) => !isExcused(each, all)),
    ...(last.code === 0 ? await wrongEvents(master, all.deeds) : []),
  ];
}

async function happen(history: History, afterStart: Deed): Promise<Told> {
  const stopped = await runMeeting(proxied, hook('stop', history), history.stopFault);
  const toNames = shutOut('teller') ? [history.afterStop] : [];
  await lab.server(A).adminAll(DEEDS[history.afterStop]);
  await lab.waitReplicasLevel(20_000).catch(() => {});
  const told: Told = { toNames, deeds: [history.afterStop], start: 'not run', output: stopped.stdout + stopped.stderr };
  if (stopped.code !== 0 || !history.start) return told;
  const [position] = await lab.server(B).admin(SQL.status);
  const started = await runMeeting(proxied, hook('start', history), history.startFault);
  const output = `${told.output}${started.stdout}${started.stderr}`;
  if (started.code !== 0 && started.code !== 10) return { ...told, start: 'failed', output };
  await repoint(position);
  await lab.server(B).adminAll(DEEDS[afterStart]);
  return { ...told, deeds: [history.afterStop, afterStart], start: 'open', output };
}

/** As MHA does once `start` has ended, from where the new master was before. */
async function repoint(position: Row | undefined): Promise<void> {
  await lab.server(B).adminAll([SQL.stop, SQL.forget]);
  const change = await changeTo(lab.server(B), lab.repl, position);
  for (const index of [A, C]) await lab.server(index).adminAll([SQL.stop, change, SQL.start]);
}

/** `mha_recover`, and once more if something is left open. */
async function recovered(history: History): Promise<RunResult & { readonly output: string }> {
  const words = [...inFront(history), bin('mha_recover'), `--conf=${lab.confFile}`];
  const first = await runMeeting(proxied, words, undefined);
  const last = first.code === 0 ? first : await runMeeting(proxied, words, undefined);
  return { ...last, output: [first, last].map(({ stdout, stderr }) => stdout + stderr).join('') };
}

/** Replicas that were writable are so again, and are no writers. */
function wrongWriters({ writable, pair }: History, told: Told, last: RunResult, open: readonly number[]): string[] {
  const third = writable.third ? [C] : [];
  const undone = [A, ...(writable.next && !pair ? [B] : []), ...third].join();
  const finished = [B, ...third].join();
  const allowed = { 'not run': [undone], open: [finished], failed: [undone, finished] }[told.start];
  // A `start` that died at the very statement that opens the new master: nobody can know which is to be the master.
  const unknown = told.start === 'failed' && open.join() === third.join();
  if (last.code !== 0) {
    const why = (last.stdout + last.stderr).trim().split('\n').slice(-3).join(' / ');
    const two = open.includes(A) && open.includes(B) && told.start === 'open' ? ['two writers'] : [];
    return unknown ? two : [...two, `mha_recover ends with ${last.code}; without read_only: ${open}; ${why}`];
  }
  return allowed.includes(open.join())
    ? []
    : [`without read_only: ${open.join() || 'none'}, not ${allowed.join(' or ')}`];
}

/** Whether a switch that is open has, or may have, taken that account's rights. */
function shutOut(user: string): boolean {
  return openJournals(lab).some((path) => readFileSync(path, 'utf8').includes(`"${user}"`));
}

/** An account that was renamed while it was shut out is another one: to name it is enough. */
function isExcused(lost: string, { toNames, output }: Told): boolean {
  return toNames.includes('rename') && /'cashier'@'%': lost/.test(lost) && /cashier|teller/.test(output);
}

function wrongWords({ toNames, output }: Told): string[] {
  const patterns = toNames.flatMap((deed) => NAMED[deed] ?? []);
  return patterns.filter((pattern) => !pattern.test(output)).map((pattern) => `no word of ${pattern.source}`);
}

/** On the master, and on every server once the switch has ended. */
async function wrongRights(master: number, deeds: readonly Deed[], ended: boolean): Promise<string[]> {
  const wrong: string[] = [];
  await lab.waitReplicasLevel(20_000).catch((error) => wrong.push(`replication: ${String(error).split('\n')[0]}`));
  const wanted = (await rightsAfter(deeds)) ?? {};
  for (const index of ended ? [A, B, C] : [master]) {
    const found = differences(await comparableRights(lab, index), wanted);
    wrong.push(...found.map((each) => `server ${index}${index === master ? ', the master' : ''}: ${each}`));
  }
  return wrong;
}

async function wrongEvents(master: number, deeds: readonly Deed[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const [index, server] of lab.servers.entries()) {
    const on = (await eventsOf(server)).filter(({ status }) => status === 'ENABLED').map(({ name }) => name);
    const wanted = index === master && !deeds.includes('disable the event') ? ['app.nightly'] : [];
    if (on.join() !== wanted.join()) wrong.push(`events that run on server ${index}: ${on.join() || 'none'}`);
  }
  return wrong;
}
