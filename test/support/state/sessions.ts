import type { Connection } from 'mysql2/promise';
import { afterEach } from 'vitest';
import { accounts } from '../../tools/lab/accounts.ts';
import type { Lab } from '../../tools/lab/lab.ts';
import { rootSession } from './state.ts';

/** Clients of the lab's master; each is closed after its test. They outlive being killed without an exception. */
export function useSessions(lab: Lab) {
  const opened: Connection[] = [];
  afterEach(() => {
    for (const session of opened.splice(0)) session.destroy();
  });
  const kept = (session: Connection): Connection => {
    session.on('error', () => {});
    opened.push(session);
    return session;
  };
  const { user, password } = accounts.app;
  return {
    kept,
    asApp: async () => kept(await lab.server(0).connect(user, password, { database: 'app' })),
    asRoot: async () => kept(await rootSession(lab.server(0))),
  };
}
