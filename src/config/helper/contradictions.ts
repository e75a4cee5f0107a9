import type { Problem } from '../../base/errors.ts';
import type { IniSection } from './iniLines.ts';
import type { Settings } from './settings.ts';

/**
 * Settings of one server that cannot both be meant: `stop` would be over before the time that it is to give. `sections` are
 * those that count for the server, the strongest last.
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
  ];
}

function inWords(ms: number, line: number | undefined): string {
  return `${ms / 1000} s${line === undefined ? ' by default' : `, line ${line}`}`;
}
