/**
 * Reading files that decide what is done to the servers. Such a file is trusted if it and every folder above it, links
 * followed, belong to root or to the user who runs this, and nobody else may write to any of them. A world-writable sticky
 * folder (/tmp) is accepted further up only: nobody else can rename there what root or this user owns. Whoever can change
 * none of these folders cannot race the reading either.
 */
import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync, readSync, type Stats } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { ConfigError } from '../../base/errors.ts';

export const MIB = 1024 * 1024;

/**
 * The bytes of a file, at most `limit` of them.
 * @throws ConfigError if it is not trusted, is no regular file or is longer; Node's own error if it cannot be read.
 */
export function trustedBytes(path: string, limit: number): Buffer {
  const { real, stats, holder } = walk(path);
  refuseIf(wrongFile(real, stats) ?? wrongHolder(dirname(real), holder), path);
  const file = openSync(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    refuseIf(wrongFile(real, fstatSync(file)), path);
    return upTo(limit, file, path);
  } finally {
    closeSync(file);
  }
}

/** The text of a UTF-8 file without its byte order mark; otherwise as {@link trustedBytes}. */
export function readTrusted(path: string, limit = 64 * MIB): string {
  return `${trustedBytes(path, limit)}`.replace(/^\uFEFF/, '');
}

/** Accepts a program that is to be run. @throws ConfigError if it is not trusted; Node's own error if it is not there. */
export function trustedProgram(path: string): void {
  const { real, stats, holder } = walk(path);
  refuseIf(wrongFile(real, stats) ?? wrongHolder(dirname(real), holder), path);
}

/**
 * Accepts a folder for files that are to be trusted.
 * @throws ConfigError if it is not trusted, or is not a folder on a disk; Node's own error (ENOENT) if it is not there.
 */
export function trustedFolder(path: string): void {
  const { real, stats } = walk(path, kernels);
  if (!stats.isDirectory()) refuseIf({ real, is: 'not a folder' }, path);
  refuseIf(kernels(real) ?? wrongHolder(real, stats), path);
}

/** What is wrong on the way: `real` is the path, `is` the predicate. */
interface Wrong {
  readonly real: string;
  readonly is: string;
}

function kernels(real: string): Wrong | undefined {
  return KERNELS.test(real) ? { real, is: 'a folder of the kernel: nothing that is written there stays' } : undefined;
}

const KERNELS = /^\/(proc|sys|dev)(\/|$)/;

/** The target of a path, and the folder that holds it. */
interface Walked {
  readonly real: string;
  readonly stats: Stats;
  readonly holder: Stats;
}

const LINKS = 40;

/** Descends from the root as the system does, and checks every folder (with `wrong` too) and link on the way. */
function walk(path: string, wrong: (folder: string) => Wrong | undefined = () => undefined): Walked {
  if (path === '') lstatSync(path);
  const rest = (isAbsolute(path) ? path : `${process.cwd()}/${path}`).split('/');
  let real = '/';
  let stats = lstatSync(real);
  let holder = stats;
  let links = 0;
  for (let part = rest.shift(); part !== undefined; part = rest.shift()) {
    if (part === '' || part === '.') continue;
    refuseIf(wrong(real) ?? wrongFolder(real, stats), path);
    const next = part === '..' ? dirname(real) : join(real, part);
    const found = lstatSync(next);
    if (found.isSymbolicLink()) {
      links += 1;
      refuseIf(links > LINKS ? { real: next, is: `one of more than ${LINKS} links` } : wrongOwner(next, found), path);
      const target = readlinkSync(next);
      rest.unshift(...target.split('/'));
      if (!isAbsolute(target)) continue;
      [real, holder] = ['/', lstatSync('/')];
      stats = holder;
    } else [real, holder, stats] = [next, stats, found];
  }
  return { real, stats, holder };
}

function refuseIf(wrong: Wrong | undefined, file: string): void {
  if (wrong) throw new ConfigError({ file, text: wrong.real === file ? wrong.is : `${wrong.real} is ${wrong.is}` });
}

function wrongFile(real: string, stats: Stats): Wrong | undefined {
  if (!stats.isFile()) return { real, is: 'not a regular file' };
  return wrongOwner(real, stats) ?? writable(real, stats);
}

/** A folder on the way: if it is sticky, others cannot replace what this user owns in it. */
function wrongFolder(real: string, stats: Stats): Wrong | undefined {
  return wrongOwner(real, stats) ?? ((stats.mode & STICKY) === 0 ? writable(real, stats) : undefined);
}

/** The folder of the file itself: others may add files even to a sticky one. */
function wrongHolder(real: string, stats: Stats): Wrong | undefined {
  return wrongOwner(real, stats) ?? writable(real, stats);
}

const STICKY = 0o1000;
const OTHERS_WRITE = 0o022;

function wrongOwner(real: string, { uid }: Stats): Wrong | undefined {
  const own = process.geteuid?.() ?? 0;
  if (uid === 0 || uid === own) return undefined;
  const whose = `it belongs to user id ${uid}, neither root nor who runs this (${own})`;
  return { real, is: `not trusted: ${whose}. Run this as that user, or chown it if you trust what it holds` };
}

function writable(real: string, stats: Stats): Wrong | undefined {
  if ((stats.mode & OTHERS_WRITE) === 0) return undefined;
  const mode = (stats.mode & 0o7777).toString(8);
  const advice =
    (stats.mode & STICKY) === 0 ? `Remove that permission: chmod go-w ${real}` : 'Use a folder of your own';
  return { real, is: `not trusted: others than its owner may write to it (mode ${mode}). ${advice}` };
}

/** Reads to the end, whatever size the file reports. */
function upTo(limit: number, file: number, path: string): Buffer {
  const pieces: Buffer[] = [];
  for (let length = 0; ; ) {
    const piece = Buffer.alloc(Math.min(limit + 1 - length, MIB));
    const read = readSync(file, piece);
    if (read === 0) return Buffer.concat(pieces);
    length += read;
    if (length > limit) throw new ConfigError(`${path} is longer than ${limit / MIB} MiB: it is not what it should be`);
    pieces.push(piece.subarray(0, read));
  }
}
