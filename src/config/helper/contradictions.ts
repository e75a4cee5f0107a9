import type { Problem } from '../../base/errors.ts';
import type { IniSection } from './iniLines.ts';
import type { Settings } from './settings.ts';

/** What MHA itself needs between `stop` and `start`, with a reserve: seen, 10 to 300 ms (check_binlog_stop waits 200). */
const MHA_NEEDS_MS = 1000;

/** Without a setting of its own, `max_outage` leaves this much more than `kill_after_timeout`. */
const MORE_THAN_DRAIN_MS = 5000;

/**
 * Settings of one server that contradict each other: `stop` would end before a wait that is part of it, or the outage before
 * the switch. `sections` are those of the server, the one that overrides the others last.
 */
export function contradictions(settings: Settings, sections: readonly IniSection[]): Problem[] {
  const lineOf = lineIn(sections);
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
    ...tooShortAnOutage(settings, lineOf),
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

/** The settings with a `max_outage` that leaves room for `kill_after_timeout`, if none is set. */
export function withRoomForDrain(settings: Settings, sections: readonly IniSection[]): Settings {
  const { maxOutageMs, drainMs } = settings;
  if (maxOutageMs === undefined || lineIn(sections)('max_outage') !== undefined) return settings;
  return { ...settings, maxOutageMs: Math.max(maxOutageMs, drainMs + MORE_THAN_DRAIN_MS) };
}

type LineOf = (key: string) => number | undefined;

function lineIn(sections: readonly IniSection[]): LineOf {
  return (key) => sections.flatMap(({ entries }) => entries.filter((entry) => entry.key === key)).at(-1)?.line;
}

function tooShortAnOutage({ maxOutageMs, drainMs, maxLagMs }: Settings, lineOf: LineOf): Problem[] {
  const line = lineOf('max_outage');
  const needed = drainMs + maxLagMs + MHA_NEEDS_MS;
  if (maxOutageMs === undefined || line === undefined || maxOutageMs >= needed) return [];
  const drain = `kill_after_timeout (${inWords(drainMs, lineOf('kill_after_timeout'))})`;
  const lag = `max_lag (${inWords(maxLagMs, lineOf('max_lag'))})`;
  const text =
    `max_outage (${inWords(maxOutageMs, line)}) must be at least ${needed / 1000} s: sessions may use up ${drain}, ` +
    `the new master ${lag}, and MHA itself needs ${MHA_NEEDS_MS / 1000} s`;
  return [{ line, text }];
}

function inWords(ms: number, line: number | undefined): string {
  return `${ms / 1000} s${line === undefined ? ' by default' : `, line ${line}`}`;
}
