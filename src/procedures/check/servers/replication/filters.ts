import { error, type Finding, warning } from '../../../../base/finding.ts';
import { type Filters, readFilters } from '../../../../capabilities/replication/filters.ts';
import type { Check } from '../../context.ts';
import { answersOf, whereOf } from '../each.ts';

interface Filtered {
  readonly where: string;
  readonly filters: Filters;
}

/** Filters of replication and binlogs: MHA wants them to be the same, and the server lacks what they leave out. */
export const filters: Check = {
  title: 'replication filters',
  run: async ({ servers }) => {
    const { answers, failed } = await answersOf(servers, ({ session }) => readFilters(session));
    const seen = [...answers].map(([server, found]) => ({ where: whereOf(server), filters: found }));
    return [...failed, ...unlike(seen), ...leavingOut(seen)];
  },
};

/**
 * What MHA's check_repl_filter refuses (ServerManager.pm, `validate_repl_filter`), compared with a server that leaves
 * nothing out, if there is one.
 */
export function unlike(seen: readonly Filtered[]): Finding[] {
  return (['replicate', 'binlog'] as const).flatMap((kind) => {
    const all = seen.filter((s) => Object.keys(s.filters[kind]).length > 0);
    const first = all.find((s) => Object.values(s.filters[kind]).every((value) => value === '')) ?? all[0];
    if (!first) return [];
    return all.flatMap(({ where, filters: { [kind]: own } }): Finding[] => {
      const apart = Object.keys(own).filter((name) => own[name] !== first.filters[kind][name]);
      if (apart.length === 0) return [];
      const theirs = first.filters[kind];
      const text = apart.map((name) => `${name} is ${shown(own[name])}, at ${first.where} ${shown(theirs[name])}`);
      const advice = 'make the filters the same everywhere: MHA refuses unless check_repl_filter = 0';
      return [error('filters_differ', where, text.join('; '), advice)];
    });
  });
}

function shown(value: string | undefined): string {
  return value || 'empty';
}

function leavingOut(seen: readonly Filtered[]): Finding[] {
  return seen.flatMap(({ where, filters: { replicate, binlog } }): Finding[] => {
    const set = Object.entries({ ...replicate, ...binlog }).filter(([, value]) => value !== '');
    if (set.length === 0) return [];
    const text = `it leaves something out: ${set.map(([name, value]) => `${name} = ${value}`).join('; ')}`;
    const advice = 'make sure that the applications miss nothing after a switch';
    return [warning('filters', where, text, advice)];
  });
}
