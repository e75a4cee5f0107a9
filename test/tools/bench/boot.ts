import { spawn, spawnSync } from 'node:child_process';
import { bin, type Command, onlineArguments } from '../../support/commands.ts';
import { type ProxiedLab, startProxies } from '../../support/proxy/proxied.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { median, spread, table, writeJson } from './figures.ts';

const RUNS = 15;

/** The median of starting Node with nothing to do. */
export async function nodeAloneMs(): Promise<number> {
  return median(Array.from({ length: RUNS }, () => timeOf(process.execPath, ['-e', '0'])));
}

function timeOf(program: string, args: readonly string[]): number {
  const started = performance.now();
  const { status, stderr } = spawnSync(program, args);
  if (status !== 0) throw new Error(`${program} ${args[0]} ended with ${status}: ${stderr}`);
  return performance.now() - started;
}

/**
 * How long each program takes from its start to its first query: Perl's DBI, and every command of ours that asks the
 * servers anything by itself, in turn. The wrappers do not: MHA does, and its hooks.
 */
export async function bench(args: readonly string[]): Promise<void> {
  const lab = await startLab({ servers: 2, ssh: false });
  const proxied = await startProxies(lab);
  try {
    const alone = 'node -e 0, to its end';
    const figures: Record<string, number[]> = { [alone]: [] };
    for (let run = 0; run < RUNS; run += 1) {
      figures[alone]?.push(timeOf(process.execPath, ['-e', '0']));
      for (const [name, program, its] of programs(lab, proxied)) {
        figures[name] = [...(figures[name] ?? []), await toFirstQuery(proxied, program, its)];
      }
    }
    const base = median(figures[alone] ?? []);
    const rows = Object.entries(figures).map(([name, ms]) => [name, spread(ms), (median(ms) / base).toFixed(2)]);
    process.stdout.write(`${table(['from start to first query', 'ms', 'as a multiple of node -e 0'], rows)}\n`);
    writeJson(args, { figures });
  } finally {
    await proxied.stop();
    await lab.stop();
  }
}

function programs(lab: Lab, proxied: ProxiedLab): [string, string, readonly string[]][] {
  const [orig, next] = [proxied.proxy(0), proxied.proxy(1)];
  const dbi = `use DBI; DBI->connect("dbi:mysql:;host=${next.host};port=${next.port}", "app", "lab-app")->do("SELECT 1")`;
  const ours = (command: Command, its: readonly string[]): [string, string, readonly string[]] => [
    [command, its.find((arg) => arg.startsWith('--command='))].filter(Boolean).join(' '),
    bin(command),
    its,
  ];
  const online = (command: string) => ours('master_ip_online_change', onlineArguments(lab, command, orig, next));
  const failover = (command: string) => ours('master_ip_failover', onlineArguments(lab, command, orig, next));
  return [
    ['perl -MDBI', 'perl', ['-e', dbi]],
    ...['start', 'stop', 'status'].map(online),
    ...['start', 'status'].map(failover),
    ours('mha_check', [`--conf=${lab.confFile}`]),
    ours('mysql_replica_status', [`--conf=${lab.confFile}`]),
  ];
}

/** The program is ended at its first query, which no server gets: nothing is changed. */
async function toFirstQuery(proxied: ProxiedLab, program: string, args: readonly string[]): Promise<number> {
  proxied.reset();
  let asked = 0;
  const match = () => {
    asked ||= performance.now();
    return true;
  };
  const injection = proxied.inject({ when: 'before', match, fate: 'hold', times: Number.POSITIVE_INFINITY });
  const started = performance.now();
  const child = spawn(program, args, { stdio: 'ignore' });
  await injection.hit();
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGKILL');
  await ended;
  proxied.reset();
  return asked - started;
}
