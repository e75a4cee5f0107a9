import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach } from 'vitest';

const made: string[] = [];

afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
});

/** A folder of files for one test, by their relative paths; it is removed after the test. */
export function folderOf(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'mha-helper-'));
  made.push(root);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

/** MHA's file of a cluster: a server an address, all on one port. */
export function cluster(addresses: readonly string[], port = 3306, more = ''): string {
  const servers = addresses.map((address, index) => `[server${index + 1}]\nhostname=${address}\n`);
  return `[server default]\nport=${port}\n${more}\n${servers.join('')}`;
}

/** The message of the error that a promise rejects with. */
export async function messageFrom(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => new Error('it did not reject'),
    (reason: unknown) => reason,
  );
  if (error instanceof Error) return `${error.name}: ${error.message}`;
  return String(error);
}
