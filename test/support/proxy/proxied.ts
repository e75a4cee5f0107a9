import type { Lab } from '../../tools/lab/lab.ts';
import type { LabServer } from '../../tools/lab/server.ts';
import { configureHooks } from '../commands.ts';
import { type Injection, type Rule, type ServerProxy, type Statement, startProxy } from './proxy.ts';
import { changesSomething } from './statements.ts';

/** A lab whose configuration lists a proxy in front of each server; replication goes around them. */
export interface ProxiedLab {
  /** In the order of the lab's servers. */
  readonly proxies: readonly ServerProxy[];
  /** By position, counted from 0. */
  proxy(index: number): ServerProxy;
  /** What all servers were asked to do, in order. */
  readonly statements: readonly Statement[];
  /** A rule for whichever server gets a matching statement. */
  inject(rule: Rule): Injection;
  /** A rule for the changing statement with this place (from 0) among the changing ones of the next run. */
  injectAtChange(place: number, when: Rule['when'], fate: Rule['fate']): Injection;
  /** Writes MHA's file again, with the proxies and our hooks. */
  configure(): void;
  reset(): void;
  stop(): Promise<void>;
}

/** IPv6 has one loopback address, so ports are what differs there. */
function beside({ host, port }: LabServer, index: number) {
  if (host.includes(':')) return { host, port: port + 50 };
  return { host: host.replace(/\d+$/, String(101 + index)), port };
}

/** Proxies have the servers' ports, and addresses of the lab's own network. */
export async function startProxies(lab: Lab): Promise<ProxiedLab> {
  const tape: Statement[] = [];
  const proxies = await Promise.all(
    lab.servers.map((server, index) => {
      return startProxy({ listen: beside(server, index), server, tape });
    }),
  );
  const inject = (rule: Rule): Injection => {
    const shared = share(rule);
    const all = proxies.map((proxy) => proxy.inject(shared));
    return {
      get met() {
        return all.flatMap(({ met }) => met);
      },
      hit: (limitMs) => Promise.any(all.map((injection) => injection.hit(limitMs))),
    };
  };
  const proxied: ProxiedLab = {
    proxies,
    statements: tape,
    proxy: (index) => {
      const proxy = proxies[index];
      if (!proxy) throw new Error(`there is no proxy ${index}`);
      return proxy;
    },
    inject,
    injectAtChange: (place, when, fate) => {
      let seen = 0;
      let found: number | undefined;
      const match = ({ ordinal, sql }: Statement) => {
        if (found === undefined && changesSomething(sql) && seen++ === place) found = ordinal;
        return found === ordinal;
      };
      return inject({ when, match, fate });
    },
    configure: () =>
      configureHooks(
        lab,
        proxies.map(({ host, port }) => ({ hostname: host, port })),
      ),
    reset: () => {
      for (const proxy of proxies) proxy.reset();
    },
    stop: async () => {
      await Promise.all(proxies.map((proxy) => proxy.stop()));
    },
  };
  proxied.configure();
  return proxied;
}

/** `times` counts over all proxies together. */
function share(rule: Rule): Rule {
  let left = rule.times ?? 1;
  return { ...rule, match: (statement) => left > 0 && rule.match(statement) && left-- > 0 };
}
