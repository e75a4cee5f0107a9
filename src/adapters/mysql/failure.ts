import { ServerError } from '../../base/errors.ts';
import { type Endpoint, nameOf } from '../../base/server.ts';
import { oneLine, statementWithoutSecrets, withoutSecrets } from '../../base/text.ts';
import { unmarked } from './mark.ts';

export interface DriverError extends Error {
  readonly code?: string;
  readonly errno?: number;
  readonly sqlMessage?: string;
  readonly fatal?: boolean;
}

const WHAT_TO_DO: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'nothing listens there: is the server running, and is the port right?'],
  ['ETIMEDOUT', 'no answer: check the network and firewalls between here and there'],
  ['EHOSTUNREACH', 'no route to that host'],
  ['ENETUNREACH', 'no route to that network'],
  ['ENOTFOUND', 'the name does not resolve'],
  ['EAI_AGAIN', 'the name does not resolve at the moment'],
  ['PROTOCOL_CONNECTION_LOST', 'the server closed the connection'],
  ['ECONNRESET', 'the server closed the connection'],
  ['EPIPE', 'the server closed the connection'],
  ['ER_ACCESS_DENIED_ERROR', 'check user and password in MHA’s configuration'],
  ['ER_CON_COUNT_ERROR', 'the server is at max_connections'],
  ['HANDSHAKE_NO_SSL_SUPPORT', 'the settings ask for TLS (ssl): set it up there, or set ssl = no'],
  ['HANDSHAKE_SSL_ERROR', 'TLS did not succeed: compare ssl_ca, and the names in its certificate, with the settings'],
  ['MYSQL_CLEAR_PASSWORD_NOT_ENABLED', 'give the account another way to log in: its password is never sent in clear'],
]);

/** A failed connection or statement: server, what, why, what to do; never the statement's values. */
export function serverError(server: Endpoint, what: string, cause: DriverError): ServerError {
  const why = oneLine(withoutSecrets(unmarked(cause.sqlMessage ?? cause.message)));
  const advice = WHAT_TO_DO.get(cause.code ?? '');
  const number = cause.errno !== undefined && cause.errno > 0 ? cause.errno : undefined;
  const inBrackets = number === undefined ? '' : ` (error ${number})`;
  const reason = why && why !== cause.code ? `${why}${inBrackets}` : (cause.code ?? 'unknown error');
  return new ServerError({ server: nameOf(server), what, reason, advice, code: number ?? cause.code });
}

/** For messages: the start of the packet's first statement that is no SHOW. */
export function brief(sql: string): string {
  const statements = sql.split(';\n').map(unmarked);
  const first = statements.find((statement) => !/^\s*SHOW /i.test(statement)) ?? statements[0] ?? '';
  const line = oneLine(statementWithoutSecrets(first));
  return line.length > 80 ? `${line.slice(0, 77)}...` : line;
}
