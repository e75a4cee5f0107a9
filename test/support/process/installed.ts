import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from '../commands.ts';

const PACKAGE = fileURLToPath(new URL('../../..', import.meta.url));

/** A copy of the built package in a folder of its own, as an installation has it, with an empty `conf/`. */
export function install(folder: string): { conf: string; bin: (command: Command) => string } {
  mkdirSync(join(folder, 'conf'), { recursive: true });
  for (const part of ['bin', 'dist', 'package.json'])
    cpSync(join(PACKAGE, part), join(folder, part), { recursive: true });
  const modules = dirname(dirname(fileURLToPath(import.meta.resolve('mysql2/package.json'))));
  symlinkSync(modules, join(folder, 'node_modules'));
  return { conf: join(folder, 'conf'), bin: (command) => join(folder, 'bin', command) };
}
