import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMysql } from '../../tools/lab/kind.ts';
import type { Lab } from '../../tools/lab/lab.ts';

/** Every password or hash of the lab that stands in the texts, MHA's log, or a file below the manager's work directory. */
export async function secretsIn(lab: Lab, texts: readonly string[]): Promise<string[]> {
  const secrets = [lab.mha.password, lab.repl.password, ...(await hashesOf(lab)), ...ZOO_PASSWORDS];
  const places = new Map(texts.map((text, i) => [`text ${i + 1}`, text]));
  places.set('manager_log', lab.readManagerLog());
  for (const file of filesBelow(lab.workDir)) places.set(file, readFileSync(file, 'utf8'));
  return [...places].flatMap(([place, text]) => secrets.filter((s) => text.includes(s)).map((s) => `${place}: ${s}`));
}

const ZOO_PASSWORDS = ['zpw-'];

async function hashesOf(lab: Lab): Promise<string[]> {
  const server = lab.servers.find(({ running }) => running) ?? lab.server(0);
  const rows = await server.admin(
    isMysql
      ? 'SELECT authentication_string AS hash FROM mysql.user'
      : "SELECT JSON_VALUE(Priv, '$.authentication_string') AS hash FROM mysql.global_priv",
  );
  return rows.map((row) => String(row.hash ?? '')).filter((hash) => hash.length > 10);
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
