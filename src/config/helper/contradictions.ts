import type { Problem } from '../../base/errors.ts';
import type { IniSection } from './iniLines.ts';
import type { Settings } from './settings.ts';

/**
 * Settings of one server that contradict each other: `stop` would end before a wait that is part of it. `sections` are
 * those of the server, the one that overrides the others last.
 */
export function contradictions(settings: Settings, sections: readonly IniSection[]): Problem[] {
  const lineOf = (key: string) =>
    sections.flatMap(({ entries }) => entries.filter((entry) => entry.key === key)).at(-1)?.line;
  const stop = lineOf('stop_timeout');
  const within = (key: string, ms: number): Problem[] => {
    const line = lineOf(key);
    if (ms < settings.stopMs) return [];
    return [
      {
        line: line ?? stop,
        text:
          `${key} (${inWords(ms, line)}) must be less than stop_timeout (${inWords(settings.stopMs, stop)}), ` +
          'which is for all of stop',
      },
    ];
  };
  return [
    ...within('kill_after_timeout', settings.drainMs),
    ...(lineOf('catch_up_timeout') === undefined ? [] : within('catch_up_timeout', settings.catchUpMs)),
    ...fencing(settings, lineOf),
  ];
}

function fencing(settings: Settings, lineOf: (key: string) => number | undefined): Problem[] {
  const { fence, fenceCommand, fenceNeeded } = settings;
  const found: Problem[] = [];
  if (fence === 'commands' && !fenceCommand) {
    found.push({ line: lineOf('fence'), text: 'fence = commands needs a fence_command' });
  }
  if (fence === 'no' && fenceNeeded) {
    found.push({ line: lineOf('fence_needed'), text: 'fence_needed = yes allows no failover with fence = no' });
  }
  return found;
}

function inWords(ms: number, line: number | undefined): string {
  return `${ms / 1000} s${line === undefined ? ' by default' : `, line ${line}`}`;
}
