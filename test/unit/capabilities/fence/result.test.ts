import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderLine, parseAnswer } from '../../../../src/capabilities/fence/facts.ts';
import { resultOf } from '../../../../src/capabilities/fence/result.ts';
import { exitOf } from '../../../../src/procedures/fence/verdict.ts';

const gone = { kind: 'gone', servers: [], datadir: undefined, unit: undefined } as const;
const answer = (word: string, fields: Record<string, string> = {}) => ({ word, fields });
const quiet = answer('quiet', { seen: '0' });
const again = answer('again', { pid: '9', ppid: '3', parent: 'supervisord' });

describe('what became of a fence', () => {
  it.each([
    ['an unclear process', { kind: 'unclear', why: 'two may be it' } as const, [], undefined, /^two may be it$/],
    ['no end', gone, [quiet], 'ssh: timed out', /^ssh: timed out/],
    [
      'no right',
      gone,
      [answer('alive', { pid: '7', why: 'Operation not permitted' }), quiet],
      undefined,
      /may not end pid 7/,
    ],
    [
      'a disk that hangs',
      gone,
      [answer('alive', { pid: '7', why: 'sent', state: 'D' }), quiet],
      undefined,
      /waits for a disk/,
    ],
    [
      'one that survives',
      gone,
      [answer('alive', { pid: '7', why: 'sent', state: 'R' }), quiet],
      undefined,
      /after KILL/,
    ],
    ['one that is started on and on', gone, [again], undefined, /again and again \(1 times\): .*supervisord \(pid 3\)/],
    ['one that is started often', gone, [again, again, again, again, quiet], undefined, /again and again \(4 times\)/],
    ['a listener', gone, [answer('listens', { pid: '5', name: 'nc' }), quiet], undefined, /in use by nc 5/],
    ['no quiet', gone, [], undefined, /before it was seen dead/],
  ])('%s: not fenced', (_, decision, answers, why, text) => {
    const result = resultOf(decision, answers, why);
    expect(result).toMatchObject({ fenced: false, text: expect.stringMatching(text) });
    expect(result.advice).toMatch(/./);
  });

  it('quiet: fenced, also if something began to start meanwhile', () => {
    expect(resultOf(gone, [again, quiet], undefined)).toMatchObject({ fenced: true, by: 'host' });
  });
});

describe('the exit code for MHA', () => {
  const [host, power, not] = [
    { fenced: true, by: 'host', text: '' },
    { fenced: true, by: 'power', text: '' },
    { fenced: false, text: '' },
  ] as const;
  it.each([
    ['master_ip_failover', 'stopssh', [0, 0, 10, 1]],
    ['master_ip_failover', 'stop', [0, 0, 10, 1]],
    ['mha_fence', 'stopssh', [10, 0, 10, 1]],
    ['mha_fence', 'stop', [0, 0, 0, 1]],
  ] as const)('of %s %s', (script, mode, codes) => {
    const code = (result: typeof host | typeof power | typeof not, needed: boolean) =>
      exitOf({ script, mode }, result, needed, false);
    expect([code(host, true), code(power, true), code(not, false), code(not, true)]).toEqual(codes);
  });

  it('of the hook is no failure if mha_fence comes after it', () => {
    expect(exitOf({ script: 'master_ip_failover', mode: 'stop' }, not, true, true)).toBe(10);
  });
});

describe('the lines between the two hosts', () => {
  it('carry any text: bytes in hex one way', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const line = orderLine('end', { key: text });
        expect(line).toMatch(/^end\tkey=[0-9a-f]*\n$/);
        expect(Buffer.from(line.trim().split('=')[1] ?? '', 'hex').toString()).toBe(Buffer.from(text).toString());
      }),
    );
  });

  it('the other way percent signs, and nothing of a login’s greeting', () => {
    expect(parseAnswer('mha_fence:server\tcwd=/a%20b%C3%A4%25\tpid=7')).toEqual(
      answer('server', { cwd: '/a bä%', pid: '7' }),
    );
    expect(parseAnswer('Welcome to db1')).toBeUndefined();
  });
});
