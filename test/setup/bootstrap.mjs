/**
 * `npm test` and `npm run demo` on a machine that has Node and nothing else: installs what is missing, says so, and then
 * runs what was asked. Uses nothing but Node itself, since there may be no node_modules yet.
 *
 *   node test/setup/bootstrap.mjs test [vitest's arguments]
 *   node test/setup/bootstrap.mjs demo [--keep]
 */
import { fileURLToPath } from 'node:url';
import { installPrograms } from './debian.mjs';
import { build, buildDemo, installModules } from './node.mjs';
import { runToEnd } from './run.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

const TASKS = {
  test: (args) => {
    prepare();
    return [`${root}/node_modules/vitest/vitest.mjs`, 'run', ...args];
  },
  demo: (args) => {
    prepare();
    buildDemo(root);
    return [`${root}/dist-test/demo/main.js`, ...args];
  },
};

function prepare() {
  installPrograms();
  installModules(root);
  build(root);
}

const [name, ...args] = process.argv.slice(2);
try {
  const task = Object.hasOwn(TASKS, name ?? '') ? TASKS[name] : undefined;
  if (!task) throw new Error(`say what to run: ${Object.keys(TASKS).join(' or ')}`);
  process.exitCode = await runToEnd(process.execPath, task(args), root);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
