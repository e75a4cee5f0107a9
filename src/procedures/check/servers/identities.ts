import { error, type Finding } from '../../../base/finding.ts';
import { readVariables } from '../../../capabilities/variables.ts';
import type { Check } from '../context.ts';
import { answersOf, whereOf } from './each.ts';

/** Servers that replication would mistake for each other. */
export const identities: Check = {
  title: 'server ids',
  run: async ({ servers }) => {
    const names = ['server_id', 'server_uuid'];
    const { answers, failed } = await answersOf(servers, ({ session }) => readVariables(session, names));
    const ids = [...answers].flatMap(([server, values]) =>
      [...values].map(([name, value]) => ({ where: whereOf(server), name, value })),
    );
    return [...failed, ...twice(ids)];
  },
};

/** An error for each server whose id another one has as well. */
export function twice(ids: readonly { where: string; name: string; value: string }[]): Finding[] {
  return ids.flatMap(({ where, name, value }): Finding[] => {
    const others = ids.filter((id) => id.name === name && id.value === value && id.where !== where);
    if (others.length === 0) return [];
    const text = `${name} ${value} is also that of ${others.map((o) => o.where).join(', ')}: replication ignores events, or the servers disconnect each other`;
    return [error(`${name}_twice`, where, text, ADVICE[name])];
  });
}

const ADVICE: Readonly<Record<string, string>> = {
  server_id: 'give each server its own server_id, in the configuration too, and restart replication',
  server_uuid: 'a copied data directory: remove auto.cnf there and restart that server',
};
