import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { trustedFolder } from './trusted.ts';

/**
 * Creates the directory, and what is missing above it, for its owner only.
 * @throws ConfigError if others could write to it, or to what is above it; the system's error if it cannot be made.
 */
export function privateDirectory(path: string): void {
  try {
    trustedFolder(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    makeWithParents(path);
    trustedFolder(path);
  }
}

/** Not mkdir's `recursive`: below /proc it never ends (seen with Node 20). */
function makeWithParents(path: string): void {
  if (!existsSync(dirname(path))) makeWithParents(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  syncDirectory(dirname(path));
}

/** Replaces a file so that after a crash it holds either the old text or the new, whole. `mode` is less the umask. */
export function replaceDurably(path: string, text: string, mode = 0o600): void {
  const temporary = written(path, text, mode);
  renameSync(temporary, path);
  syncDirectory(dirname(path));
}

/**
 * Creates a file that must not exist yet: of two callers one wins, and a reader never sees half of it.
 * @throws the system's EEXIST where it exists already.
 */
export function createDurably(path: string, text: string): void {
  const temporary = written(path, text);
  try {
    linkSync(temporary, path);
  } finally {
    unlinkSync(temporary);
  }
  syncDirectory(dirname(path));
}

/** Moves a file to another directory of the same file system, surviving a crash. */
export function moveDurably(from: string, to: string): void {
  renameSync(from, to);
  syncDirectory(dirname(to));
  syncDirectory(dirname(from));
}

/** Its name cannot be guessed: nobody can have put something there. */
function written(path: string, text: string, mode = 0o600): string {
  const temporary = join(dirname(path), `.${randomBytes(12).toString('hex')}.tmp`);
  const file = openSync(temporary, 'wx', mode);
  try {
    for (let at = 0, bytes = Buffer.from(text); at < bytes.length; ) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } catch (error) {
    unlinkSync(temporary);
    throw error;
  } finally {
    closeSync(file);
  }
  return temporary;
}

function syncDirectory(path: string): void {
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
