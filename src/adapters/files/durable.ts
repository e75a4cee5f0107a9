import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { trustedFolder } from './trusted.ts';

/**
 * Creates the directory and any missing parents, for the owner only.
 * @throws ConfigError if others could write to it or its parents; the system's error if it cannot be created.
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

/** Without mkdir's `recursive`, which never ends below /proc (seen with Node 20). */
function makeWithParents(path: string): void {
  if (!fs.existsSync(dirname(path))) makeWithParents(dirname(path));
  try {
    fs.mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  syncDirectory(dirname(path));
}

/** Replaces a file so that after a crash it holds either the whole old text or the whole new one. The umask applies. */
export function replaceDurably(path: string, text: string, mode = 0o600): void {
  const temporary = written(path, text, mode);
  fs.renameSync(temporary, path);
  syncDirectory(dirname(path));
}

/** Creates a file atomically: of two callers one wins, and a reader never sees half of it. @throws EEXIST */
export function createDurably(path: string, text: string): void {
  const temporary = written(path, text);
  try {
    fs.linkSync(temporary, path);
  } finally {
    fs.unlinkSync(temporary);
  }
  syncDirectory(dirname(path));
}

/** Moves a file to another directory of the same file system, surviving a crash. */
export function moveDurably(from: string, to: string): void {
  fs.renameSync(from, to);
  syncDirectory(dirname(to));
  syncDirectory(dirname(from));
}

/** Its name cannot be guessed: nobody can have placed a file there. */
function written(path: string, text: string, mode = 0o600): string {
  const temporary = join(dirname(path), `.${randomBytes(12).toString('hex')}.tmp`);
  const file = fs.openSync(temporary, 'wx', mode);
  try {
    for (let at = 0, bytes = Buffer.from(text); at < bytes.length; ) at += fs.writeSync(file, bytes, at);
    fs.fsyncSync(file);
  } catch (error) {
    fs.unlinkSync(temporary);
    throw error;
  } finally {
    fs.closeSync(file);
  }
  return temporary;
}

function syncDirectory(path: string): void {
  const directory = fs.openSync(path, 'r');
  try {
    fs.fsyncSync(directory);
  } finally {
    fs.closeSync(directory);
  }
}
