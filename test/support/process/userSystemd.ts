import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Lab } from '../../tools/lab/lab.ts';
import { type Daemon, startDaemon } from '../../tools/lab/processes.ts';
import { runOk } from '../../tools/lab/run.ts';
import { until } from '../../tools/lab/wait.ts';

/** Debian's user `games`, who runs nothing. */
const [UID, GID] = [5, 60];
const RUNTIME = `/run/user/${UID}`;
const MANAGER = `user.slice/user-${UID}.slice/user@${UID}.service`;
const HIERARCHIES = ['/sys/fs/cgroup/systemd', '/sys/fs/cgroup/unified'];
const SYSTEMD = '/usr/lib/systemd/systemd';

/**
 * A real systemd: the manager of one user, in the cgroup where a login would put it. It knows the units of the test and no
 * others, and so does nothing else to this machine; above all not `systemd-tmpfiles`, which a systemd of the system runs.
 */
export interface UserSystemd {
  readonly user: { readonly uid: number; readonly gid: number };
  systemctl(...args: string[]): Promise<string>;
  stop(): Promise<void>;
}

/** False if this machine runs systemd itself, or its cgroups cannot be written to. */
export function canRunUserSystemd(): boolean {
  if (process.getuid?.() !== 0 || existsSync('/run/systemd/system') || existsSync(RUNTIME)) return false;
  if (!existsSync(SYSTEMD) || !HIERARCHIES.every((each) => existsSync(join(each, 'cgroup.procs')))) return false;
  const probe = join(HIERARCHIES[0] ?? '', `mha-lab-${process.pid}`);
  try {
    mkdirSync(probe);
    rmdirSync(probe);
    return true;
  } catch {
    return false;
  }
}

/** `units` by name. They need `DefaultDependencies=no`: what every unit needs by default is not there. */
export async function startUserSystemd(lab: Lab, units: Readonly<Record<string, string>>): Promise<UserSystemd> {
  const folder = join(lab.folder, 'units');
  for (const made of [folder, join(RUNTIME, 'systemd/user')]) mkdirSync(made, { recursive: true });
  writeFileSync(join(folder, 'lab.target'), '[Unit]\nDefaultDependencies=no\n');
  for (const [name, text] of Object.entries(units)) writeFileSync(join(folder, name), text);
  const cgroups = HIERARCHIES.map((each) => join(each, MANAGER));
  for (const cgroup of cgroups) mkdirSync(cgroup, { recursive: true });
  await runOk('chown', ['-R', `${UID}:${GID}`, RUNTIME, ...cgroups]);
  await runOk('chmod', ['700', RUNTIME]);
  const as = ['setpriv', '--reuid', `${UID}`, '--regid', `${GID}`, '--clear-groups'];
  const env = ['env', '-i', 'PATH=/usr/bin:/bin', `XDG_RUNTIME_DIR=${RUNTIME}`];
  const path = `SYSTEMD_UNIT_PATH=${folder}:${RUNTIME}/systemd/user`;
  const manager = [...env, path, 'HOME=/nonexistent', ...as, SYSTEMD, '--user', '--unit=lab.target'];
  // It refuses to run unless /run/systemd/system is there: in a mount namespace of its own, it is.
  const booted = 'mount -t tmpfs none /run/systemd && mkdir /run/systemd/system && exec "$@"';
  const line = `${cgroups.map((cgroup) => `echo $$ > ${cgroup}/cgroup.procs`).join(' && ')} && exec unshare --mount --propagation private sh -c '${booted}' sh "$@"`;
  const daemon = await startDaemon('sh', ['-c', line, 'sh', ...manager], join(lab.folder, 'systemd.log'));
  const systemctl = async (...args: string[]) =>
    (await runOk(env[0] ?? '', [...env.slice(1), ...as, 'systemctl', '--user', ...args])).stdout.trim();
  const systemd = { user: { uid: UID, gid: GID }, systemctl, stop: () => end(daemon, systemctl, cgroups) };
  await until('systemd', 20_000, () => systemctl('is-active', 'lab.target')).catch(async (error) => {
    await systemd.stop();
    throw error;
  });
  return systemd;
}

async function end(daemon: Daemon, systemctl: UserSystemd['systemctl'], cgroups: readonly string[]): Promise<void> {
  // It would look for exit.target, which is not among its units.
  await systemctl('stop', '*.service').catch(() => {});
  await daemon.kill();
  rmSync(RUNTIME, { recursive: true, force: true });
  for (const cgroup of cgroups) {
    // Only empty ones go; what is above them may be somebody else's.
    spawnSync('find', [cgroup, '-depth', '-type', 'd', '-exec', 'rmdir', '{}', ';']);
    for (let up = dirname(cgroup); !HIERARCHIES.includes(up); up = dirname(up)) spawnSync('rmdir', [up]);
  }
}
