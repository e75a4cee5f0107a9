import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigError, messageOf } from '../../../../src/base/errors.ts';
import { decodeBytes } from '../../../../src/config/mha/bytes.ts';
import { type MhaServer, readMhaConfig } from '../../../../src/config/mha/mhaConfig.ts';

/** A configuration: byte strings. Without a global file, none is there. */
export interface Case {
  readonly app: string;
  readonly global?: string;
}

interface Plain {
  readonly id: string;
  readonly params: Record<string, string>;
}

type Read = { servers: Plain[]; binlog_servers: Plain[] } | 'rejected';

/** What MHA and this package make of a case; `why` has both reasons of a rejection. */
export interface Outcome {
  readonly mha: Read;
  readonly ours: Read;
  readonly why: { readonly mha: string; readonly ours: string };
}

/** Reads every case with MHA's own Perl, in one process, and with this package. */
export async function readBoth(cases: readonly Case[]): Promise<Outcome[]> {
  const folder = mkdtempSync(join(tmpdir(), 'mha-config-'));
  try {
    const files = cases.map(({ app, global }, index) => {
      const paths = { file: join(folder, `${index}.cnf`), global: join(folder, `${index}.global`) };
      writeFileSync(paths.file, app, 'latin1');
      if (global !== undefined) writeFileSync(paths.global, global, 'latin1');
      return paths;
    });
    const mha = readWithMha(files);
    return await Promise.all(
      files.map(async ({ file, global }, index) => {
        const ours = await readOurs(file, global);
        const theirs = mha[index] ?? { read: 'rejected', why: 'no answer' };
        return { mha: theirs.read, ours: ours.read, why: { mha: theirs.why, ours: ours.why } };
      }),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Answer {
  readonly read: Read;
  readonly why: string;
}

function readWithMha(files: readonly { file: string; global: string }[]): Answer[] {
  const script = fileURLToPath(new URL('./readWithMha.pl', import.meta.url));
  const run = spawnSync('perl', [script], {
    input: JSON.stringify(files),
    encoding: 'latin1',
    maxBuffer: 1 << 28,
    timeout: 100_000,
  });
  if (run.status !== 0) throw new Error(`perl ended with ${run.status ?? run.signal}: ${run.stderr}`);
  const results = JSON.parse(run.stdout) as ({ error: string } | { servers: Plain[]; binlog_servers: Plain[] })[];
  return results.map((result) => {
    if ('error' in result) return { read: 'rejected', why: result.error };
    const { servers, binlog_servers } = result;
    return { read: { servers: servers.map(text), binlog_servers: binlog_servers.map(text) }, why: '' };
  });
}

async function readOurs(file: string, globalFile: string): Promise<Answer> {
  try {
    const { servers, binlogServers } = await readMhaConfig(file, { globalFile });
    return { read: { servers: servers.map(plain), binlog_servers: binlogServers.map(plain) }, why: '' };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { read: 'rejected', why: messageOf(error) };
  }
}

function text({ id, params }: Plain): Plain {
  const values = Object.entries(params).map(([name, value]) => [name, decodeBytes(value)]);
  return { id: decodeBytes(id), params: Object.fromEntries(values) };
}

function plain({ id, params }: MhaServer): Plain {
  return { id, params: Object.fromEntries(params) };
}
