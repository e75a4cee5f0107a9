import type { Lab } from '../lab/lab.ts';
import { type LoadReport, missingOn } from '../lab/load.ts';
import type { RunResult } from '../lab/run.ts';
import type { LabServer } from '../lab/server.ts';
import { eventsOf, rightsOf } from '../support/zoo.ts';
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

/** What a switch did to the clients, and what it said. */
export interface Switched {
  readonly load: LoadReport;
  readonly result: RunResult;
}

/** Checks the cluster after a switch, and prints what is so. */
export async function check(lab: Lab, claims: Claims, before: Before, switched: Switched): Promise<LabServer> {
  const { load, result } = switched;
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
  await checkEvents(alive, master, claims, { before, told: result.stdout });
  return master;
}

async function checkRights(alive: readonly LabServer[], claims: Claims, before: Before): Promise<void> {
  const wanted = JSON.stringify(sorted(before.rights));
  const same = (await Promise.all(alive.map(rightsOf))).filter((r) => JSON.stringify(sorted(r)) === wanted).length;
  const accounts = Object.keys(before.rights).length;
  claims.claim('rights as before', `${accounts} accounts and roles, on ${same} servers`, same === alive.length);
}

interface Events {
  readonly before: Before;
  /** What the switch said: where the master is dead, nobody knows which events were off there, and more may be on. */
  readonly told: string;
}

async function checkEvents(alive: readonly LabServer[], master: LabServer, claims: Claims, { before, told }: Events) {
  const on = await Promise.all(alive.map(eventsOnAt));
  const expected = (name: string) => before.eventsOn.includes(name) || told.includes(name);
  const right = alive.every((server, i) => {
    const here = on[i] ?? [];
    return server === master
      ? here.every(expected) && before.eventsOn.every((e) => here.includes(e))
      : here.length === 0;
  });
  const value = alive.map((server, i) => `${on[i]?.length}${server === master ? ' (the master)' : ''}`).join(', ');
  claims.claim('events that are on', value, right);
}

async function eventsOnAt(server: LabServer): Promise<string[]> {
  return (await eventsOf(server)).filter((e) => e.status === 'ENABLED').map((e) => e.name);
}

function sorted(rights: Before['rights']): [string, string[]][] {
  return Object.entries(rights).sort(([a], [b]) => (a < b ? -1 : 1));
}
