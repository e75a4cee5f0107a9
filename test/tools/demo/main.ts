import { existsSync } from 'node:fs';
import { isMysql } from '../lab/kind.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { Claims } from './claims.ts';
import { running } from './live.ts';
import { bold, fact, heading, line, red } from './page.ts';
import { furnish, killed, planned } from './scenes.ts';

/** `npm run demo`: shows both kinds of switch with real servers and the real MHA; exit 0 only if every claim held. */
const keep = process.argv.includes('--keep');
const claims = new Claims();
const started = performance.now();
let lab: Lab | undefined;
let starting: Promise<Lab> | undefined;
let takingDown: Promise<void> | undefined;
let told = false;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void interrupted(signal));

try {
  await story();
  if (keep && lab) await untilInterrupted(lab);
  await takeDown();
  claims.verdict();
  process.exitCode = claims.failed.length === 0 ? 0 : 1;
} catch (error) {
  if (!takingDown) {
    line(red(error instanceof Error ? error.message : String(error)));
    await takeDown();
    process.exitCode = 1;
  }
}

async function story(): Promise<void> {
  const servers = isMysql ? 'MySQL 9.7' : 'MariaDB';
  line(bold(`mha-helper, with three ${servers} servers on this machine, ssh, and the real MHA`));
  heading(1, 'The servers start');
  starting = startLab();
  lab = await starting;
  const before = await furnish(lab);
  heading(2, 'Eight clients write; a planned switch to the second server');
  const master = await planned(lab, claims, before);
  heading(3, 'Eight clients write; the new master is killed');
  await killed(lab, claims, before, master);
  told = true;
}

/** Ends what runs and removes the lab; prints it once. */
function takeDown(): Promise<void> {
  takingDown ??= (async () => {
    await running.interrupt?.();
    const there = await starting?.catch(() => undefined);
    if (!there) return;
    heading(keep && told ? 5 : 4, 'Everything is taken down');
    await there.stop();
    claims.claim(
      'left behind',
      existsSync(there.folder) ? there.folder : 'no process, no file',
      !existsSync(there.folder),
    );
    fact('in all', `${((performance.now() - started) / 1000).toFixed(0)} s`);
  })();
  return takingDown;
}

async function interrupted(signal: string): Promise<void> {
  line(`\n${signal}: taking everything down`);
  await takeDown().catch((error: Error) => claims.claim('taken down', error.message, false));
  if (!told) process.exit(130);
  claims.verdict();
  process.exit(claims.failed.length === 0 ? 0 : 1);
}

/** `--keep`: leaves the servers running, to be looked at. */
function untilInterrupted(kept: Lab): Promise<never> {
  heading(4, 'The servers go on running until Ctrl-C');
  line(`   MHA's file   ${kept.confFile}`);
  const client = isMysql ? `${kept.folder}/client/mysql` : 'mariadb';
  for (const server of kept.servers.filter((s) => s.running)) line(`   ${client} -uroot -S ${server.socketPath}`);
  setInterval(() => {}, 60_000);
  return new Promise<never>(() => {});
}
