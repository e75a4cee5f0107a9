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
      { label: 'error', text: oneLine(failure?.reason ?? ''), tone: 'bad' },
      ...(meaning === undefined ? [] : [{ label: 'means', text: meaning }]),
    ],
  };
}

/** The driver's codes, and server codes that mean something else here than on a replica. */
const HERE: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'The host answers, but nothing listens on that port: is the server running, is the port right?'],
  ['ETIMEDOUT', 'No answer at all: the host is down, a firewall drops the packets, or the network is cut.'],
  ['EHOSTUNREACH', 'The host cannot be reached: it is down, or the network is cut.'],
  ['ENETUNREACH', 'That network cannot be reached from here.'],
  ['ENOTFOUND', 'The name does not resolve: is it spelled right?'],
  ['HANDSHAKE_NO_SSL_SUPPORT', 'The server offers no TLS: set ssl_cert and ssl_key there, or connect with --ssl=no.'],
  ['EAI_AGAIN', 'The name server does not answer now.'],
  ['1045', 'The server refuses this login: check user and password, and whether the account may come from this host.'],
  ['1130', 'The server lets nobody in from this host: create the account for its address.'],
  ['1040', 'The server has no connection left (max_connections).'],
]);
