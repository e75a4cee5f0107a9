import { spawnSync } from 'node:child_process';
import { startLab } from '../lab/lab.ts';
import { bin, configureHooks, onlineArguments } from '../support/commands.ts';
import { median, spread, table, writeJson } from './figures.ts';

const RUNS = 15;

/** The median of starting Node with nothing to do. */
export async function nodeAloneMs(): Promise<number> {
  return median(times(process.execPath, ['-e', '0']));
}

function times(program: string, args: readonly string[], env = process.env): number[] {
  return Array.from({ length: RUNS }, () => {
    const started = performance.now();
    const { status, stderr } = spawnSync(program, args, { env });
    if (status !== 0) throw new Error(`${program} ${args[0]} ended with ${status}: ${stderr}`);
    return performance.now() - started;
  });
}

/** From the start of each program to its end: nothing at all, a query with Perl's DBI, our scripts. */
export async function bench(args: readonly string[]): Promise<void> {
  const lab = await startLab({ servers: 2, ssh: false });
  try {
    configureHooks(lab);
    const { host, port } = lab.server(1);
    const dbi = `use DBI; my $h = DBI->connect("dbi:mysql:;host=${host};port=${port}", "app", "lab-app", {RaiseError => 1}); $h->do("SELECT 1")`;
    const hook = bin('master_ip_online_change');
    const figures = {
      'node -e 0': times(process.execPath, ['-e', '0']),
      'perl -MDBI, a query': times('perl', ['-e', dbi]),
      'master_ip_online_change --version': times(hook, ['--version']),
      'master_ip_online_change --command=status': times(
        hook,
        onlineArguments(lab, 'status', lab.server(0), lab.server(1)),
      ),
    };
    const base = median(figures['node -e 0']);
    const rows = Object.entries(figures).map(([name, ms]) => [name, spread(ms), (median(ms) / base).toFixed(2)]);
    process.stdout.write(`${table(['from start to end', 'ms', 'as a multiple of node -e 0'], rows)}\n`);
    writeJson(args, { figures });
  } finally {
    await lab.stop();
  }
}
