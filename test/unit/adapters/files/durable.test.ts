import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDurably, privateDirectory, replaceDurably } from '../../../../src/adapters/files/durable.ts';
import { ConfigError } from '../../../../src/base/errors.ts';

let top: string;

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'mha-durable-'));
});

afterEach(() => rmSync(top, { recursive: true, force: true }));

describe('writing', () => {
  it('minds no temporary file that somebody has put there beforehand', () => {
    for (let n = 1; n < 200; n += 1) writeFileSync(join(top, `.${process.pid}.${n}.tmp`), 'planted');
    createDurably(join(top, 'a'), 'one');
    replaceDurably(join(top, 'a'), 'two');
    expect(readFileSync(join(top, 'a'), 'utf8')).toBe('two');
    expect(readdirSync(top).filter((name) => name.endsWith('.tmp'))).toHaveLength(199);
    expect(() => createDurably(join(top, 'a'), 'three')).toThrow(/EEXIST/);
    expect(readFileSync(join(top, 'a'), 'utf8')).toBe('two');
  });
});

describe('a private folder', () => {
  it('is made with all above it, for its owner alone', () => {
    privateDirectory(join(top, 'x/y/z'));
    privateDirectory(join(top, 'x/y/z'));
    for (const path of ['x', 'x/y', 'x/y/z']) expect(statSync(join(top, path)).mode & 0o777).toBe(0o700);
  });

  it('is refused where others may write, and nothing is made there', () => {
    mkdirSync(join(top, 'open'));
    chmodSync(join(top, 'open'), 0o777);
    expect(() => privateDirectory(join(top, 'open/below'))).toThrow(ConfigError);
    expect(() => privateDirectory(join(top, 'open/below'))).toThrow(/open( is|:) not trusted/);
    expect(readdirSync(join(top, 'open'))).toEqual([]);
  });

  it.each(['/proc/mha-helper/history', '/sys/mha-helper', '/dev/mha-helper/x'])('%s is refused at once', (path) => {
    expect(() => privateDirectory(path)).toThrow(/kernel/);
  });
});
