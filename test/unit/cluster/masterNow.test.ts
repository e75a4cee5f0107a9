import { describe, expect, it } from 'vitest';
import { masterNow, type Standing } from '../../../src/cluster/masterNow.ts';

/** `NAME<MASTER`, then `!` for read_only, `?` for a server that is down. */
function cluster(text: string): Standing<string>[] {
  return text.split(' ').map((one) => {
    const state = one.endsWith('!') ? 'closed' : one.endsWith('?') ? 'down' : 'writable';
    const [server = '', ...masters] = one.replace(/[!?]$/, '').split('<');
    return { server, state, masters };
  });
}

const NOBODY = undefined;

describe('the master at the end of a switch', () => {
  it.each([
    ['as it should be', 'a<b! b c<b!', 'b', 'b', 'writable', ''],
    ['nothing was opened', 'a b<a! c<a!', NOBODY, 'a', 'writable', ''],
    ['the crashed one came back, first in the file', 'a b c<b!', 'b', 'b', 'writable', 'a'],
    ['the crashed one came back, and the record is lost', 'a b c<b!', NOBODY, 'b', 'writable', 'a'],
    ['the new one was restarted with read_only', 'a<b! b! c<b!', 'b', 'b', 'closed', ''],
    ['the new one was restarted, and the crashed one is back', 'a b! c<b!', 'b', 'b', 'closed', 'a'],
    ['the new one has died', 'a! b? c<b!', 'b', 'b', 'down', ''],
    ['the new one still replicates from the old one', 'a! b<a c<b!', 'b', 'b', 'writable', ''],
    ['each replicates from the other', 'a<b! b<a c<b!', 'b', 'b', 'writable', ''],
    ['replicas were not repointed', 'a! b c<a!', 'b', 'b', 'writable', ''],
    ['replicas take writes', 'a b<a c<a', NOBODY, 'a', 'writable', ''],
    ['the dead one is down, nothing was opened', 'a? b<a! c<a!', NOBODY, 'a', 'down', ''],
    ['nobody follows anybody, one takes writes', 'a! b c!', NOBODY, 'b', 'writable', ''],
    ['nobody follows anybody, two take writes', 'a b c!', NOBODY, NOBODY, NOBODY, 'a b'],
    ['nobody takes writes', 'a! b! c!', NOBODY, NOBODY, NOBODY, ''],
    ['two with replicas, one takes writes', 'a! b<a! c d<c!', NOBODY, 'c', 'writable', ''],
    ['two with replicas, both take writes', 'a b<a! c d<c!', NOBODY, NOBODY, NOBODY, 'a c'],
    ['only one server', 'a!', NOBODY, 'a', 'closed', ''],
  ])('%s: %s', (_, servers, opened, master, state, rivals) => {
    const now = masterNow(cluster(servers), opened);
    expect(now).toEqual({ master, state, rivals: rivals === '' ? [] : rivals.split(' ') });
  });
});
