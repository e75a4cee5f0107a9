import { machine } from './figures.ts';

/** `npm run bench -- NAME [--json=FILE]`: each prints ratios against a baseline that is measured in the same run. */
const BENCHES: Readonly<Record<string, () => Promise<{ bench(args: readonly string[]): Promise<void> }>>> = {
  accounts: () => import('./accounts.ts'),
  boot: () => import('./boot.ts'),
  outage: () => import('./outage.ts'),
};

const [name = '', ...args] = process.argv.slice(2);
const load = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
if (load) {
  process.stdout.write(`${name}: ${machine()}\n`);
  await (await load()).bench(args);
} else {
  process.stderr.write(`say what to measure: ${Object.keys(BENCHES).join(', ')}\n`);
  process.exitCode = 2;
}
