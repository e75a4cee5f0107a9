import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { type Lab, type LabOptions, startLab } from '../tools/lab/lab.ts';
import type { LabServer } from '../tools/lab/server.ts';
import { configureHooks } from './commands.ts';
import { type ProxiedLab, startProxies } from './proxy/proxied.ts';
import { helperSettings } from './state/state.ts';

/** What the tests of a file share; see {@link LabOptions} for the servers themselves. */
export interface LabUse extends LabOptions {
  /** The helper's settings; its defaults if missing. */
  readonly settings?: Parameters<typeof helperSettings>[1];
  /** What the master gets: statements, or who sends them. The replicas have it too before the first test begins. */
  readonly stock?: readonly string[] | ((master: LabServer) => Promise<unknown>);
  /** True to {@link UsedLab.renew} the lab before each test; otherwise the tests share what they leave. */
  readonly eachTest?: boolean;
}

/** For switches under load, or to a new master that is held: how far behind it is must not decide the test. */
export const ANY_LAG = { max_lag: 3600 };

export interface UsedLab extends Lab {
  /** Back to the first state: {@link Lab.reset}, MHA's file with our hooks, the settings, the stock. */
  renew(): Promise<void>;
}

/**
 * A lab for the tests of this file, or of the `describe` in which this is called: started before them, stopped after
 * them and after every `afterAll` that is declared below this call. MHA's file has our hooks in it. Nothing of the lab
 * can be used before `beforeAll`.
 */
export function useLab(use: LabUse | (() => LabUse) = {}): UsedLab {
  const lab = {} as UsedLab;
  const options = () => (typeof use === 'function' ? use() : use);
  const furnish = async () => {
    const { settings, stock } = options();
    configureHooks(lab);
    helperSettings(lab, settings);
    if (!stock) return;
    const master = lab.server(0);
    await (typeof stock === 'function' ? stock(master) : master.adminAll([...stock]));
    if (lab.servers.length > 1) await lab.waitReplicasLevel();
  };
  const renew = async () => {
    await lab.reset(0, { fresh: !lab.server(0).running });
    await furnish();
  };
  beforeAll(async () => {
    Object.assign(lab, await startLab(options()), { renew });
    if (!options().eachTest) await furnish();
  });
  beforeEach(async () => {
    if (options().eachTest) await renew();
  });
  afterAll(() => lab.stop?.());
  return lab;
}

/**
 * A proxy in front of each server of that lab, named in MHA's file instead of the servers. After each test they carry
 * everything again and have forgotten what they saw. Call it right below {@link useLab}.
 */
export function useProxies(lab: Lab): ProxiedLab {
  const proxied = {} as ProxiedLab;
  beforeAll(async () => {
    Object.assign(proxied, await startProxies(lab));
  });
  beforeEach(() => proxied.configure());
  afterEach(() => proxied.reset());
  afterAll(() => proxied.stop?.());
  return proxied;
}
