import { describe, expect, it } from 'vitest';
import { type Seen, secondMasters } from '../../../../src/procedures/oldMaster/closable.ts';
import { aboutOldMaster, type Pair } from '../../../../src/procedures/oldMaster/decide.ts';

const STATES = ['writable', 'closed', 'silent'] as const;

describe('about the old master', () => {
  it.each([
    ['writable', 'silent', false, 'wait'],
    ['silent', 'silent', true, 'wait'],
    ['closed', 'writable', false, 'leave'],
    ['silent', 'writable', false, 'leave'],
    ['writable', 'writable', true, 'leave'],
    ['writable', 'writable', false, 'close'],
    ['closed', 'closed', false, 'compare'],
    ['writable', 'closed', true, 'compare'],
  ] as const)('new master %s, old one %s, replicates %s: %s', (newMaster, oldMaster, replicates, wanted) => {
    expect(aboutOldMaster({ newMaster, oldMaster, replicates })).toBe(wanted);
  });

  it('is never to close the only server that takes writes, nor the master of the new one', () => {
    const all = STATES.flatMap((newMaster) =>
      STATES.flatMap((oldMaster) => [true, false].map((replicates): Pair => ({ newMaster, oldMaster, replicates }))),
    );
    const closed = all.filter((pair) => aboutOldMaster(pair) === 'close');
    expect(closed).toEqual([{ newMaster: 'writable', oldMaster: 'writable', replicates: false }]);
  });
});

/** `a w`: a takes writes; `b r a`: b is read_only and replicates from a (`-a`: but does not read); `c d`: no answer. */
function seen(...servers: string[]): Seen<string>[] {
  return servers.map((text) => {
    const [server = '', state = '', ...of] = text.split(' ');
    const [masters, reads] = [of.map((one) => one.replace('-', '')), of.filter((one) => !one.startsWith('-'))];
    return { server, state: ({ w: 'writable', r: 'closed', d: 'down' } as const)[state] ?? 'down', masters, reads };
  });
}

describe('a second master', () => {
  it.each([
    ['one master', seen('a w', 'b r a', 'c r a'), {}, 'none'],
    ['a replica that takes writes is no master', seen('a w', 'b w a', 'c r a'), {}, 'none'],
    ['nobody takes writes', seen('a r', 'b r a'), {}, 'none'],
    ['all others follow the master', seen('a w', 'b w', 'c r b'), {}, 'close a'],
    ['over another replica', seen('a w', 'b w', 'c r b', 'd r c'), {}, 'close a'],
    ['two of them', seen('a w', 'b w', 'c r b', 'd w'), {}, 'close a,d'],
    ['each has a replica', seen('a w', 'b w', 'c r b', 'd r a'), {}, 'leave: no master'],
    ['neither has one', seen('a w', 'b w'), {}, 'leave: no master'],
    ['the master takes no writes, one other does', seen('a w', 'b r', 'c r b'), {}, 'none'],
    ['the master does not answer, one takes writes', seen('a w', 'b d', 'c r b'), {}, 'none'],
    [
      'the master takes no writes, two others do',
      seen('a w', 'b r', 'c r b', 'd w'),
      {},
      'leave: master takes no writes',
    ],
    ['a replica does not answer', seen('a w', 'b w', 'c r b', 'd d'), {}, 'leave: cannot be asked'],
    ['it is down, says the operator', seen('a w', 'b w', 'c r b', 'd d'), { down: ['d'] }, 'close a'],
    ['a closed one replicates from nobody', seen('a w', 'b w', 'c r b', 'd r'), {}, 'close a'],
    ['a replica has stopped reading', seen('a w', 'b w', 'c r -a'), {}, 'leave: no replica'],
    ['so has one that takes writes itself', seen('a w', 'b w', 'c w -a'), {}, 'leave: no replica'],
    [
      'a replica reads from a server that is none of both',
      seen('a w', 'b w', 'c r b', 'd r e', 'e r'),
      {},
      'leave: reads from another',
    ],
    [
      'the last switch opened the only one, and c was not moved yet',
      seen('a w', 'b r', 'c r b'),
      { opened: 'a' },
      'none',
    ],
    ['the same, the old master is down', seen('a w', 'b d', 'c r b'), { opened: 'a' }, 'none'],
    ['the last switch opened the other one', seen('a w', 'b w', 'c r a'), { opened: 'b' }, 'leave: opened last'],
    ['the last switch opened the master', seen('a w', 'b w', 'c r b'), { opened: 'b' }, 'close a'],
    ['the operator chooses', seen('a w', 'b w'), { master: 'b' }, 'close a'],
    ['the operator chooses against the replicas', seen('a w', 'b w', 'c r b'), { master: 'a' }, 'close b'],
    [
      'the operator chooses one that is closed',
      seen('a w', 'b r', 'c r b'),
      { master: 'b' },
      'leave: chosen is closed',
    ],
    ['the operator chooses one that is down', seen('a w', 'b d'), { master: 'b' }, 'leave: chosen is closed'],
  ])('%s', (_, servers, word, wanted) => {
    const found = secondMasters(servers, word);
    const rivals = found.action === 'none' ? '' : found.rivals.join();
    expect(
      { none: 'none', close: `close ${rivals}`, leave: '' }[found.action] || `leave: ${'why' in found && found.why}`,
    ).toBe(wanted);
  });

  it('is closed only while another server takes writes, in every cluster of three', () => {
    const states = ['w', 'r', 'd'];
    const masters = ['', ' a', ' b', ' c'];
    const each = (name: string) =>
      states
        .flatMap((state) => (state === 'd' ? [''] : masters).map((of) => `${name} ${state}${of}`))
        .filter((text) => !text.endsWith(` ${name}`));
    for (const a of each('a'))
      for (const b of each('b'))
        for (const c of each('c')) {
          const servers = seen(a, b, c);
          const found = secondMasters(servers);
          if (found.action !== 'close') continue;
          const left = servers.filter(({ server, state }) => state === 'writable' && !found.rivals.includes(server));
          expect(
            left.map(({ server }) => server),
            [a, b, c].join('; '),
          ).toContain(found.master);
        }
  });
});
