import { oneLine } from '../../base/text.ts';
import { meaningOf } from './meanings.ts';
import type { ServerStatus } from './serverStatus.ts';
import { type Block, blank } from './text/block.ts';

/** A server that could not be asked: why, and what that means. */
export function unreachable(name: string, { failure }: ServerStatus): Block {
  const meaning = HERE.get(String(failure?.code)) ?? meaningOf(failure?.code, failure?.reason ?? '')?.means;
  return {
    ...{ name, role: '', lag: blank(name), position: blank(name), details: [] },
    state: { id: `${name} state`, text: 'not reachable', tone: 'bad' },
    remarks: [
      {
        label: 'error',
        text: oneLine(failure?.reason ?? ''),
        tone: 'bad',
      },
      ...(meaning === undefined ? [] : [{ label: 'means', text: meaning }]),
    ],
  };
}

/** The driver's codes, and the server's where it is this command and no replica that is refused. */
const HERE: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'The host answers, and nothing listens on that port: is the server running, is the port right?'],
  ['ETIMEDOUT', 'No answer at all: the host is down, or a firewall or a cut network lies between here and there.'],
  ['EHOSTUNREACH', 'There is no way to that host: it is down, or the network is cut.'],
  ['ENETUNREACH', 'There is no way to that network from here.'],
  ['ENOTFOUND', 'The name does not resolve: is it spelled right?'],
  [
    'HANDSHAKE_NO_SSL_SUPPORT',
    'The server offers no TLS: set ssl_cert and ssl_key there, or connect without (--ssl=no).',
  ],
  ['EAI_AGAIN', 'The name server gives no answer now.'],
  ['1045', 'The server refuses this login: check user and password, and whether the account may come from this host.'],
  ['1130', 'The server lets nobody in from this host: create the account for its address.'],
  ['1040', 'The server has no connection left (max_connections).'],
]);
