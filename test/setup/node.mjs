import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runNow, say } from './run.mjs';

/** `npm ci`, where node_modules is not what package-lock.json asks for. */
export function installModules(root) {
  if (modulesFit(root)) return;
  say('node_modules is missing or not as package-lock.json says: npm ci');
  runNow('npm', ['ci', '--no-audit', '--no-fund'], { cwd: root });
}

/** Builds the commands into dist/, where that is missing or older. */
export function build(root) {
  if (isNewer(root, 'dist', ['src', 'tsconfig.json', 'rolldown.config.mjs'])) return;
  runNow('npm', ['run', '--silent', 'build'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Compiles the benchmarks and the demo with all they use to dist-tools/. */
export function buildTools(root) {
  if (isNewer(root, 'dist-tools', ['src', 'test/tools', 'test/support', 'tsconfig.json'])) return;
  runNow(process.execPath, [`${root}/node_modules/typescript/bin/tsc`, '-p', 'test/tools'], { cwd: root });
}

function isNewer(root, to, from) {
  const newest = (path) => Math.max(0, ...timesBelow(join(root, path)));
  if (newest(to) > Math.max(...from.map(newest))) return true;
  say(`${to}/ is missing or older than ${from[0]}/: building it`);
  return false;
}

function timesBelow(path) {
  if (!existsSync(path)) return [];
  const stat = statSync(path);
  if (stat.isFile()) return [stat.mtimeMs];
  return readdirSync(path).flatMap((name) => timesBelow(join(path, name)));
}

/** Whether every package of the lock file is there in its version; npm keeps a list of what it installed. */
function modulesFit(root) {
  const wanted = packagesOf(join(root, 'package-lock.json'));
  const installed = packagesOf(join(root, 'node_modules/.package-lock.json'));
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (path === '') return true;
    const there = installed[path];
    return there ? there.version === version && existsSync(join(root, path)) : optional === true;
  });
}

function packagesOf(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : {};
}
