import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkPrecompiled } from '../../../../../src/procedures/check/mha/precompiled.ts';
import { ROOT } from '../../../../tools/lab/root.ts';

const LOADER = join(ROOT, 'src/commands/cli/precompiled.cjs');

let root: string;
let hooks: string;
const codes = async () => (await checkPrecompiled({ packageFolder: (name) => join(root, name) })).map((f) => f.code);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mha-hooks-'));
  hooks = join(root, 'dist/hooks');
  mkdirSync(hooks, { recursive: true });
});

afterEach(() => rmSync(root, { recursive: true }));

it('hooks without a code cache, or with a foreign one, are named', async () => {
  expect(await codes()).toEqual([]);
  copyFileSync(LOADER, join(hooks, 'precompiled.cjs'));
  writeFileSync(join(hooks, 'one.bundle.js'), 'exports.value = () => 1;');
  expect(await codes()).toEqual(['hook_not_precompiled']);
  createRequire(import.meta.url)(LOADER).writeCaches(hooks);
  expect(await codes()).toEqual([]);
  writeFileSync(join(hooks, 'one.cache'), Buffer.alloc(100));
  expect(await codes()).toEqual(['hook_not_precompiled']);
});
