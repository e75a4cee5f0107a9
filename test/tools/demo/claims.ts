import { eventsOf, rightsOf } from '../../support/zoo/zoo.ts';
import type { Lab } from '../lab/lab.ts';
import { type LoadReport, missingOn } from '../lab/load/load.ts';
import type { LabServer } from '../lab/server.ts';
import { fact, green, line, red } from './page.ts';

/** How accounts and events were before anything happened. */
export interface Before {
  readonly rights: Awaited<ReturnType<typeof rightsOf>>;
  readonly eventsOn: readonly string[];
}

export async function remember(lab: Lab): Promise<Before> {
  const master = lab.server(0);
  return { rights: await rightsOf(master), eventsOn: await eventsOnAt(master) };
}

/** What the demo promised, and whether it was so. */
export class Claims {
  readonly failed: string[] = [];

  /** Prints the value, and notes where it is not as claimed. */
  claim(name: string, value: string, holds: boolean): void {
    fact(name, holds ? green(value) : red(`${value}   <- not as it should be`));
    if (!holds) this.failed.push(`${name}: ${value}`);
  }

  verdict(): void {
    line();
    line(this.failed.length === 0 ? green('All of it held.') : red(`NOT as claimed: ${this.failed.join('; ')}`));
  }
}

/** What the clients saw; `inDoubt`: an event that a failover may have switched on too, since it named it. */
export interface Switched {
  readonly load: LoadReport;
  readonly inDoubt?: string | undefined;
}

/** Checks the cluster after a switch, and prints what is so. */
export async function check(lab: Lab, claims: Claims, before: Before, switched: Switched): Promise<LabServer> {
  const { load, inDoubt } = switched;
  const alive = lab.servers.filter((server) => server.running);
  const states = await lab.dump();
  const writable = lab.servers.filter((server, i) => server.running && states[i]?.readOnly === false);
  const master = writable[0] ?? lab.server(0);
  const name = `${master.host}:${master.port}`;
  const replicas = states.filter((s) => s.running && s.master === name && s.io === 'Yes' && s.sql === 'Yes');
  const lost = (await Promise.all(alive.map((server) => missingOn(server, load)))).flat().length;
  claims.claim('rows acknowledged', String(load.acknowledged.length), load.acknowledged.length > 0);
  claims.claim('of these lost', `${lost}, on every server`, lost === 0);
  fact('longest gap', `${(load.longestGapMs / 1000).toFixed(2)} s without an acknowledged write, over all clients`);
  claims.claim('the master', name, writable.length === 1 && (load.perServer[name] ?? 0) > 0);
  claims.claim('replicas of it', String(replicas.length), replicas.length === alive.length - 1);
  await checkRights(alive, claims, before);
  await checkEvents(alive, master, claims, { on: before.eventsOn, inDoubt });
  return master;
}

async function checkRights(alive: readonly LabServer[], claims: Claims, before: Before): Promise<void> {
  const wanted = JSON.stringify(sorted(before.rights));
  const same = (await Promise.all(alive.map(rightsOf))).filter((r) => JSON.stringify(sorted(r)) === wanted).length;
  const accounts = Object.keys(before.rights).length;
  claims.claim('rights as before', `${accounts} accounts and roles, on ${same} servers`, same === alive.length);
}

interface Events {
  readonly on: readonly string[];
  readonly inDoubt: string | undefined;
}

async function checkEvents(alive: readonly LabServer[], master: LabServer, claims: Claims, expected: Events) {
  const on = await Promise.all(alive.map(eventsOnAt));
  const right = alive.every((server, i) => {
    if (server !== master) return same(on[i] ?? [], []);
    return same(
      (on[i] ?? []).filter((name) => name !== expected.inDoubt),
      expected.on,
    );
  });
  const value = alive.map((server, i) => `${on[i]?.length}${server === master ? ' (the master)' : ''}`).join(', ');
  claims.claim('events that are on', value, right);
}

async function eventsOnAt(server: LabServer): Promise<string[]> {
  return (await eventsOf(server)).filter((e) => e.status === 'ENABLED').map((e) => e.name);
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function sorted(rights: Before['rights']): [string, string[]][] {
  return Object.entries(rights).sort(([a], [b]) => (a < b ? -1 : 1));
}
