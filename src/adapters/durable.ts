import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Creates the directory, for its owner only. */
export function privateDirectory(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
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

let counter = 0;

function written(path: string, text: string, mode = 0o600): string {
  counter += 1;
  const temporary = join(dirname(path), `.${process.pid}.${counter}.tmp`);
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
