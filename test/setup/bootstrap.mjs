/**
 * `npm test` and `npm run demo` on a machine that has Node and nothing else: installs what is missing, says so, and then
 * runs what was asked. Uses nothing but Node itself, since there may be no node_modules yet.
 *
 *   node test/setup/bootstrap.mjs test [vitest's arguments]
 *   node test/setup/bootstrap.mjs test:mysql | test:mariadb11 [vitest's arguments]
 *   node test/setup/bootstrap.mjs bench accounts | outage [--mysql] | boot [--json=FILE]
 *   node test/setup/bootstrap.mjs demo [--keep] [--mysql]
 */
import { fileURLToPath } from 'node:url';
import { installPrograms } from './debian.mjs';
import { build, buildTools, installModules } from './node.mjs';
import { runToEnd } from './run.mjs';
import { installTree } from './trees.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The tests of everything that speaks to servers, with the real MHA and without. */
const WITH_SERVERS = [
  ...[
    'accounts',
    'check',
    'crash',
    'failover',
    'lab',
    'mha',
    'network',
    'perl',
    'recover',
    'report',
    'start',
    'status',
  ],
  ...['stop', 'switch', 'terminal/badOutput', 'trust'],
].map((name) => `test/${name}`);

const TASKS = {
  test: (args) => {
    prepare();
    return [`${root}/node_modules/vitest/vitest.mjs`, 'run', ...args];
  },
  'test:mysql': (args) => testWith('mysql', args),
  'test:mariadb11': (args) => testWith('mariadb-11.8', args),
  bench: (args) => {
    prepare({ tree: true });
    buildTools(root);
    process.env.MHA_HELPER_LAB_TREE = installTree('mysql');
    if (args.includes('--mysql')) process.env.MHA_HELPER_LAB_SERVER = 'mysql';
    return [`${root}/dist-tools/test/tools/bench/main.js`, ...args];
  },
  demo: (args) => {
    const onMysql = args.includes('--mysql');
    prepare({ tree: onMysql });
    buildTools(root);
    if (onMysql) useServer('mysql');
    return [`${root}/dist-tools/test/tools/demo/main.js`, ...args];
  },
};

function useServer(name) {
  process.env.MHA_HELPER_LAB_TREE = installTree(name);
  process.env.MHA_HELPER_LAB_SERVER = name;
}

/** Files or folders among the arguments are run instead of all. */
function testWith(name, args) {
  prepare({ tree: true });
  useServer(name);
  const chosen = args.some((arg) => !arg.startsWith('-')) ? [] : WITH_SERVERS;
  return [`${root}/node_modules/vitest/vitest.mjs`, 'run', ...chosen, ...args];
}

function prepare(programs = {}) {
  installPrograms(programs);
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
