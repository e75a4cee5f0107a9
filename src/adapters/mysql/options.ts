import { readFileSync } from 'node:fs';
import { isIP, type Socket } from 'node:net';
import type { ConnectionOptions } from 'mysql2';
import type { Target } from '../../base/server.ts';

/** TLS: off, on without checking the certificate, or on with the certificate verified (`ca`, host name or address). */
export interface Tls {
  readonly mode: 'no' | 'yes' | 'verify';
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** Limits for connecting and for one statement; `signal` ends either early. `onSlow` is called every 2 s of a statement. */
export interface Limits {
  readonly connectMs: number;
  readonly statementMs: number;
  readonly signal?: AbortSignal;
  readonly onSlow?: (what: string) => void;
}

/**
 * Options for mysql2; `socket` is connecting to the server. LOCAL INFILE is refused: a hostile server must not read this
 * machine's files. So is sending the password in clear (mysql_clear_password), which mysql2 does only if enabled.
 */
export function driverOptions(target: Target, socket: Socket, tls: Tls | undefined): ConnectionOptions {
  return {
    // The name that the certificate must have; the socket decides where it connects to.
    host: certifiedName(target),
    stream: socket,
    user: target.user,
    password: target.password.reveal(),
    charset: 'UTF8MB4_BIN',
    multipleStatements: true,
    supportBigNumbers: true,
    bigNumberStrings: false,
    dateStrings: true,
    // Otherwise mysql2 compiles a parser for each new list of columns; SHOW GRANTS names its column after the account.
    disableEval: true,
    flags: ['-LOCAL_FILES'],
    ...(tls && tls.mode !== 'no' ? { ssl: tlsOptions(tls) } : {}),
  };
}

/** The address that MHA resolved, if there is one. */
export function addressOf({ host, ip, port }: Target): { host: string; port: number } {
  return { host: ip || host, port };
}

/**
 * The host as configured. For an address mysql2 would verify `localhost` instead; with a dot at its end it passes it on, and
 * Node's own check removes the dot and looks for the address in the certificate.
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
