import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ROOT } from '../../tools/lab/root.ts';

const { load, writeCaches } = createRequire(import.meta.url)('../../../src/commands/cli/precompiled.cjs');

const OF_ONE = 'exports.value = () => 1;';
const OF_TWO = 'exports.value = () => 2;';

let folder: string;
let path: string;
const file = (ending: string) => `${path}.${ending}`;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mha-precompiled-'));
  path = join(folder, 'it');
  writeFileSync(file('bundle.js'), OF_ONE);
});

afterEach(() => rmSync(folder, { recursive: true }));

/** The digest fits, but the compiled code is that of another bundle: what it returns shows if the cache was used. */
function cacheOfTwo(node = process.version): void {
  writeFileSync(file('bundle.js'), OF_TWO);
  writeCaches(folder);
  writeFileSync(file('bundle.js'), OF_ONE);
  const data = readFileSync(file('cache')).subarray(32);
  const hash = createHash('sha256').update(`${node} ${process.arch} ${OF_ONE.length}\n`);
  writeFileSync(file('cache'), Buffer.concat([hash.update(OF_ONE).update(data).digest(), data]), { mode: 0o644 });
}

const value = () => load(path).value();

it('loads a bundle without a cache, and with its own', () => {
  expect(value()).toBe(1);
  writeCaches(folder);
  expect(readdirSync(folder).sort()).toEqual(['it.bundle.js', 'it.cache']);
  expect(value()).toBe(1);
});

it('works without a cache that cannot be written, and says why there is none', () => {
  mkdirSync(file('cache'));
  const said = vi.spyOn(console, 'warn').mockReturnValue(undefined);
  writeCaches(folder);
  expect(said.mock.calls.flat()).toEqual([expect.stringMatching(/not precompiled.*(EISDIR|ENOTEMPTY)/)]);
  expect(readdirSync(folder).sort()).toEqual(['it.bundle.js', 'it.cache']);
  expect(value()).toBe(1);
});

it('uses the cache if its digest fits', () => {
  cacheOfTwo();
  expect(value()).toBe(2);
});

it('does not use a cache that others can write', () => {
  for (const mode of [0o664, 0o646]) {
    cacheOfTwo();
    chmodSync(file('cache'), mode);
    expect(value()).toBe(1);
  }
});

it('does not use the cache of another Node', () => {
  cacheOfTwo('v20.0.0');
  expect(value()).toBe(1);
});

it('does not use the cache of a bundle that was changed, though its length is the same', () => {
  writeFileSync(file('bundle.js'), OF_TWO);
  writeCaches(folder);
  writeFileSync(file('bundle.js'), OF_ONE);
  expect(value()).toBe(1);
});

it('does not use a cache that is damaged, short or empty', () => {
  writeCaches(folder);
  const whole = readFileSync(file('cache'));
  const damaged = Buffer.from(whole);
  damaged[whole.length >> 1] = (damaged[whole.length >> 1] ?? 0) ^ 0x55;
  for (const bytes of [damaged, whole.subarray(0, -8), whole.subarray(0, 10), Buffer.alloc(0)]) {
    writeFileSync(file('cache'), bytes);
    expect(value()).toBe(1);
  }
});

it('is what both hooks start from, with a cache for each of their bundles', () => {
  const hooks = join(ROOT, 'dist/hooks');
  const bundles = readdirSync(hooks).filter((name) => name.endsWith('.bundle.js'));
  expect(bundles).toEqual(
    expect.arrayContaining(['master_ip_failover.bundle.js', 'master_ip_online_change.bundle.js']),
  );
  for (const name of bundles) {
    expect(existsSync(join(hooks, name.replace(/bundle\.js$/, 'cache'))), name).toBe(true);
    expect(readFileSync(join(hooks, name), 'latin1'), name).not.toMatch(/[^\0-\x7f]/);
  }
});
