import { expect } from 'vitest';
import { systemClock } from '../../src/adapters/clock.ts';
import type { Finding } from '../../src/base/finding.ts';
import { readIdentity } from '../../src/capabilities/replication/identity.ts';
import type { Check, CheckContext, CheckedServer } from '../../src/procedures/check/context.ts';
import { SERVER_CHECKS } from '../../src/procedures/check/servers/index.ts';
import { type Account, accounts, quote } from '../tools/lab/accounts.ts';
import type { Lab } from '../tools/lab/lab.ts';
import { contextOf } from './inProcess.ts';
import { mhaSession } from './mhaSession.ts';
import { useLab } from './useLab.ts';

/** A lab to be checked, whose first server is the master, and what a test does to it. */
export function useCheckedLab() {
  const lab = useLab({ ssh: false });
  return {
    lab,
    provoke: (given: Provocation) => provokeIn(lab, given),
    /** Runs statements on that server alone. */
    on: (number: number, ...statements: string[]) =>
      lab.server(number).adminAll(['SET SESSION sql_log_bin = 0', ...statements]),
    /** Runs statements on the master; resolves once the replicas have executed them. */
    onMaster: async (...statements: string[]) => {
      await lab.server(0).adminAll(statements);
      await lab.waitReplicasLevel();
    },
  };
}

export interface Looking {
  /** The servers of MHA's file, by position; default: all of the lab. */
  readonly servers?: readonly number[];
  /** Those with no_master = 1. */
  readonly noMaster?: readonly number[];
  readonly settings?: Partial<CheckContext['settings']>;
  readonly rules?: Partial<CheckContext['rules']>;
  /** MHA's account; default: the lab's. */
  readonly mha?: Account;
  /** Runs before the checks, with what they are given. */
  readonly before?: (context: CheckContext) => Promise<void>;
}

/** Runs these checks as `mha_check` does, on sessions of their own; the lab's first server is the master. */
export async function look(lab: Lab, checks: readonly Check[] = SERVER_CHECKS, as: Looking = {}): Promise<Finding[]> {
  const servers: CheckedServer[] = [];
  try {
    for (const number of as.servers ?? lab.servers.keys()) {
      const session = await mhaSession({ ...lab, mha: as.mha ?? lab.mha }, lab.server(number));
      const identity = await readIdentity(session);
      servers.push({ target: session.server, session, identity, mayBeMaster: !as.noMaster?.includes(number) });
    }
    const { conf, settings, rules } = contextOf(lab, lab.server(0), lab.server(1), 'revoke');
    const context: CheckContext = {
      ...{ conf, servers, master: servers[0], clock: systemClock },
      settings: { ...settings, drainMs: 1000, ...as.settings },
      rules: { ...rules, ...as.rules },
    };
    await as.before?.(context);
    const found: Finding[] = [];
    for (const check of checks) found.push(...(await check.run(context)));
    return found;
  } finally {
    await Promise.all(servers.map(({ session }) => session.close()));
  }
}

/** A finding that something causes, and that is gone once that is mended. */
export interface Provocation {
  readonly check: Check;
  readonly code: string;
  readonly level: Finding['level'];
  /** The server that it is about, by position. */
  readonly where: number;
  readonly text?: RegExp;
  readonly as?: Looking;
  readonly cause: () => Promise<unknown>;
  /** What ends it; `follow` does what the finding says. */
  readonly mend: 'follow' | (() => Promise<unknown>);
}

export async function provokeIn(lab: Lab, given: Provocation): Promise<void> {
  const { check, code, level, where, text = /./, as, cause, mend } = given;
  const about = `${lab.server(where).host}:${lab.server(where).port}`;
  const all = () => look(lab, [check], as);
  const found = async () => (await all()).filter((f) => f.code === code && f.where === about && text.test(f.text));
  const before = await found();
  if (level !== 'note') expect(before).toEqual([]);
  await cause();
  const [finding, ...more] = await found();
  expect(finding, JSON.stringify(await all())).toMatchObject({ level, code, where: about });
  if (level !== 'note') expect(finding?.advice).toMatch(/./);
  expect(more).toEqual([]);
  if (mend === 'follow') await follow(lab, finding as Finding);
  else await mend();
  expect(await found()).toEqual([]);
}

/** Runs what a finding says, on the server that it is about, with the lab's passwords. */
export async function follow(lab: Lab, { where, statements = [] }: Finding): Promise<void> {
  const server = lab.servers.find((s) => `${s.host}:${s.port}` === where);
  expect(statements.length, where).toBeGreaterThan(0);
  const password = (sql: string) => (/[`']repl[`']/.test(sql) ? lab.repl : accounts.app).password;
  await server?.adminAll(statements.map((sql) => sql.replace("'<its password>'", () => quote(password(sql)))));
}

export function bad(found: readonly Finding[]): Finding[] {
  return found.filter((f) => f.level !== 'note');
}
