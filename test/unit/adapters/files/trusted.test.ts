import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, lchownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MIB, readTrusted, trustedFolder } from '../../../../src/adapters/files/trusted.ts';
import { ConfigError } from '../../../../src/base/errors.ts';

const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;

let top: string;
let file: string;

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'mha-trusted-'));
  mkdirSync(join(top, 'a/b'), { recursive: true });
  for (const folder of ['a', 'a/b']) chmodSync(join(top, folder), 0o755);
  file = join(top, 'a/b/file');
  writeFileSync(file, '\uFEFFwhat it says', { mode: 0o644 });
});

afterEach(() => rmSync(top, { recursive: true, force: true }));

function refused(path: string, why: RegExp): void {
  expect(() => readTrusted(path)).toThrow(ConfigError);
  expect(() => readTrusted(path)).toThrow(why);
}

describe('a trusted file', () => {
  it('is read, through links of ours too', () => {
    expect(readTrusted(file)).toBe('what it says');
    symlinkSync('../a', join(top, 'a/link'));
    symlinkSync(`${top}/a/link/../a/b/file`, join(top, 'to-file'));
    expect(readTrusted(join(top, 'to-file'))).toBe('what it says');
    expect(readTrusted(`${top}/a/link/../a/b/.././b//file`)).toBe('what it says');
  });

  it('may lie below a sticky folder, but not in one', () => {
    chmodSync(join(top, 'a'), 0o1777);
    expect(readTrusted(file)).toBe('what it says');
    chmodSync(join(top, 'a/b'), 0o1777);
    refused(file, /a\/b( is|:) not trusted: .*may write to it \(mode 1777\).*folder of your own/);
    expect(() => trustedFolder(join(top, 'a/b'))).toThrow(/not trusted/);
  });

  it.each([
    ['the file', 'a/b/file', 0o664],
    ['the file', 'a/b/file', 0o646],
    ['its folder', 'a/b', 0o775],
    ['a folder above', 'a', 0o777],
  ])('is refused if others may write to %s', (_, what, mode) => {
    chmodSync(join(top, what), mode);
    refused(file, new RegExp(`${what}( is|:) not trusted: others than its owner may write`));
  });

  it.runIf(isRoot).each(['a/b/file', 'a/b', 'a'])('is refused if %s belongs to somebody else', (what) => {
    chownSync(join(top, what), NOBODY, NOBODY);
    refused(file, new RegExp(`${what}( is|:) not trusted: it belongs to user id ${NOBODY}`));
  });

  it.runIf(isRoot)('is refused behind a link that somebody else made, or that lies where others write', () => {
    symlinkSync(file, join(top, 'theirs'));
    lchownSync(join(top, 'theirs'), NOBODY, NOBODY);
    refused(join(top, 'theirs'), /theirs( is|:) not trusted/);
    mkdirSync(join(top, 'open'));
    chmodSync(join(top, 'open'), 0o777);
    symlinkSync(file, join(top, 'open/link'));
    refused(join(top, 'open/link'), /open( is|:) not trusted/);
  });

  it.runIf(isRoot)('of the user who runs this is trusted by that user only', () => {
    for (const path of ['', 'a', 'a/b', 'a/b/file']) chownSync(join(top, path), NOBODY, NOBODY);
    refused(file, /belongs to user id/);
    process.seteuid?.(NOBODY);
    try {
      expect(readTrusted(file)).toBe('what it says');
    } finally {
      process.seteuid?.(0);
    }
  });

  it('is a regular file: a FIFO does not hang, a folder and a device are refused', () => {
    const fifo = join(top, 'fifo');
    execFileSync('mkfifo', [fifo]);
    refused(fifo, /fifo: not a regular file/);
    refused(join(top, 'a'), /not a regular file/);
    refused('/dev/zero', /not a regular file/);
  });

  it('is refused if it is longer than it may be, and if links never end', () => {
    writeFileSync(file, 'x'.repeat(MIB + 1));
    expect(() => readTrusted(file, MIB)).toThrow(/longer than 1 MiB/);
    expect(readTrusted(file, 2 * MIB)).toHaveLength(MIB + 1);
    symlinkSync('loop', join(top, 'loop'));
    refused(join(top, 'loop'), /more than 40 links/);
  });

  it('that is not there is an error of the system', () => {
    expect(() => readTrusted(join(top, 'a/nothing'))).toThrow(/ENOENT/);
    expect(() => readTrusted(join(file, 'below'))).toThrow(/ENOTDIR/);
    expect(() => trustedFolder(join(top, 'nothing'))).toThrow(/ENOENT/);
  });
});

describe('a trusted folder', () => {
  it('is a folder on a disk', () => {
    trustedFolder(join(top, 'a/b'));
    expect(() => trustedFolder(file)).toThrow(/not a folder/);
    for (const path of ['/proc', '/dev', '/sys/kernel'])
      expect(() => trustedFolder(path)).toThrow(/folder of the kernel/);
    expect(() => trustedFolder(tmpdir())).toThrow(/not trusted/);
  });
});
