import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const isRoot = process.getuid?.() === 0;

/** What people put in front of a command, by name. All of it stays between them and the command while that runs. */
export const ANCESTORS: Readonly<Record<string, readonly string[]>> = {
  timeout: ['timeout', '300'],
  setsid: ['setsid', '--wait'],
  sh: ['sh', '-c', '"$@"; exit $?', 'sh'],
  ...(isRoot ? { sudo: ['sudo', '-n'], runuser: ['runuser', '-u', 'root', '--'] } : {}),
  ...(isRoot ? { 'sudo timeout': ['sudo', '-n', 'timeout', '300'] } : {}),
};

/** A shell script with this name that runs the program with its own arguments, and stays until that has ended. */
export function scriptCalling(folder: string, name: string, program: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n'${program}' "$@"\nexit $?\n`);
  chmodSync(path, 0o755);
  return path;
}
