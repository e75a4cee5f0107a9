import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { MHA_PARAMS } from '../../../../src/config/mha/mhaParams.ts';
import { type Case, readBoth } from './compare.ts';

const SEED = Number(process.env.CONFIG_SEED ?? Date.now() % 2 ** 31);
const RUNS = 600;

const blank = fc.oneof(
  { weight: 300, arbitrary: fc.constantFrom('', '', '', ' ', '\t', '\v', '\f', '  ') },
  { weight: 1, arbitrary: fc.constantFrom('\xa0', '\x85') },
);
const end = fc.constantFrom('\n', '\n', '\n', '\r\n', '\r\r\n', '\r', '\n\n');
const nasty = fc.constantFrom(
  ...[
    '"',
    "'",
    '\\',
    '=',
    ';',
    ' ; ',
    ' ;',
    '; ',
    ' ; x',
    '#',
    ' #',
    '[',
    ']',
    '%',
    '$x',
    '0',
    '1',
    'a',
    'true',
    'null',
  ],
  ...['__proto__', '\xe9', '\xc3\xa9', '\xff', '\xa0', '\0', '\v', '\x1b', '-', '.', ',', '*'],
);
const value = fc.oneof(
  { weight: 3, arbitrary: fc.array(nasty, { maxLength: 6 }).map((parts) => parts.join('')) },
  { weight: 1, arbitrary: fc.constantFrom('', '0', '1', '00', '"', '""', "''", `"'"`, 'null', '3307', 'select') },
);
const harmless = [...MHA_PARAMS.keys()].filter((name) => !/host|ping|timeout|init_conf/.test(name));
const known = fc.tuple(fc.constantFrom(...harmless), value);
const property = fc.oneof(
  { weight: 80, arbitrary: known },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom('ping_type', 'ping_interval', 'ssh_connection_timeout'), value) },
  { weight: 1, arbitrary: fc.tuple(value, value) },
);
const spaced = fc
  .tuple(blank, property, blank, blank, blank, end)
  .map(([a, [name, text], b, c, d, stop]) => `${a}${name}${b}=${c}${text}${d}${stop}`);
const script = end.map((stop) => `init_conf_load_script=printf 'password=%s\\nuser==x' '"a;b=c' # '${stop}`);
const remark = fc.tuple(blank, fc.constantFrom('#', ';', ''), value, end).map(([a, mark, text, stop]) => {
  return mark === '' ? `${a}${stop}` : `${a}${mark}${text}${stop}`;
});
const line = fc.oneof(
  { weight: 60, arbitrary: spaced },
  { weight: 20, arbitrary: remark },
  { weight: 1, arbitrary: script },
);
const lines = fc.array(line, { maxLength: 6 }).map((all) => all.join(''));

const suffix = fc.constantFrom('1', '2', '10', '02', 'a', 'a3', '.b', '__proto__', '\xe9', '1 x', '\xa0', '[1', '5]');
const name = fc.oneof(
  { weight: 30, arbitrary: suffix.map((rest) => `server${rest}`) },
  { weight: 5, arbitrary: suffix.map((rest) => `binlog${rest}`) },
  { weight: 1, arbitrary: value },
);
const hosts = fc.constantFrom('127.0.0.1', '127.0.0.2', '127.1.1', '::1', '127.0.0.4', '127.0.0.5', 'localhost', '0');
const section = fc
  .tuple(blank, name, blank, end, fc.option(hosts, { freq: 25 }), lines)
  .map(([a, id, b, stop, host, rest]) => `${a}[${id}]${b}${stop}${host === null ? '' : `hostname=${host}\n`}${rest}`);
const defaults = lines.map((rest) => `[server default]\n${rest}`);
const file = fc.tuple(fc.option(defaults), fc.array(section, { minLength: 1, maxLength: 4 }));
const cases: fc.Arbitrary<Case> = fc.tuple(file, fc.option(defaults)).map(([[first, rest], global]) => ({
  app: `${first ?? ''}${rest.join('')}`,
  ...(global === null ? {} : { global }),
}));

it(`reads ${RUNS} random files as MHA does (CONFIG_SEED=${SEED} repeats them)`, async () => {
  const samples = fc.sample(cases, { seed: SEED, numRuns: RUNS });
  const outcomes = await readBoth(samples);
  outcomes.forEach(({ mha, ours, why }, index) => {
    const shown = `CONFIG_SEED=${SEED}, file ${index}: ${JSON.stringify(samples[index])}\nMHA: ${why.mha}\nhere: ${why.ours}`;
    expect(ours, shown).toEqual(mha);
  });
  const taken = outcomes.filter(({ mha }) => mha !== 'rejected').length;
  expect(taken, 'files that MHA takes').toBeGreaterThan(RUNS / 6);
});
