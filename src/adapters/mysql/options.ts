import { readFileSync } from 'node:fs';
import { isIP, type Socket } from 'node:net';
import type { ConnectionOptions } from 'mysql2';
import type { Target } from '../../base/server.ts';

/** TLS towards the servers: off, on without checking the certificate, or on with it checked (`ca`, host name or address). */
export interface Tls {
  readonly mode: 'no' | 'yes' | 'verify';
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/**
 * How long a connection and one statement on it may take, in milliseconds; `signal` ends either early.
 * `onSlow` is called every two seconds that a statement takes.
 */
export interface Limits {
  readonly connectMs: number;
  readonly statementMs: number;
  readonly signal?: AbortSignal;
  readonly onSlow?: (what: string) => void;
}

/**
 * What mysql2 is given; `socket` is on its way to the server. LOCAL INFILE is refused: a hostile server must not read this
 * machine's files. So is sending the password in clear (mysql_clear_password), which mysql2 does only if it is enabled.
 */
export function driverOptions(target: Target, socket: Socket, tls: Tls | undefined): ConnectionOptions {
  return {
    // Not where it connects to, which is up to the socket: the name that the certificate must have.
    host: certifiedName(target),
    stream: socket,
    user: target.user,
    password: target.password.reveal(),
    charset: 'UTF8MB4_BIN',
    multipleStatements: true,
    supportBigNumbers: true,
    bigNumberStrings: false,
    dateStrings: true,
    // Otherwise a parser is compiled for every new list of columns; SHOW GRANTS names its column after the account.
    disableEval: true,
    flags: ['-LOCAL_FILES'],
    ...(tls && tls.mode !== 'no' ? { ssl: tlsOptions(tls) } : {}),
  };
}

/** Where the server is: the address that MHA resolved, if there is one. */
export function addressOf({ host, ip, port }: Target): { host: string; port: number } {
  return { host: ip || host, port };
}

/**
 * The host as the configuration names it, however it was resolved. mysql2 takes an address for no name at all, and would
 * verify `localhost` instead; with a dot at its end it is passed on, and Node's own check takes the dot off and looks for
 * the address among the certificate's.
 */
function certifiedName({ host }: Target): string {
  return isIP(host) ? `${host}.` : host;
}

function tlsOptions(tls: Tls): NonNullable<Exclude<ConnectionOptions['ssl'], string>> {
  const file = (path: string | undefined) => (path ? readFileSync(path) : undefined);
  return {
    ca: file(tls.ca) as unknown as string,
    cert: file(tls.cert) as unknown as string,
    key: file(tls.key) as unknown as string,
    rejectUnauthorized: tls.mode === 'verify',
    verifyIdentity: tls.mode === 'verify',
  };
}
