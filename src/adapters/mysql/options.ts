import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'mysql2';
import type { Target } from '../../base/server.ts';

/** TLS towards the servers: off, on without checking the certificate, or on with it checked (`ca`, host name). */
export interface Tls {
  readonly mode: 'no' | 'yes' | 'verify';
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/**
 * How long a connection and one statement on it may take, in milliseconds; `signal` ends a running statement early.
 * `onSlow` is called every two seconds that a statement takes.
 */
export interface Limits {
  readonly connectMs: number;
  readonly statementMs: number;
  readonly signal?: AbortSignal;
  readonly onSlow?: (what: string) => void;
}

/** What mysql2 is given. LOCAL INFILE is refused: a hostile server must not read this machine's files. */
export function driverOptions(target: Target, limits: Limits, tls: Tls | undefined): ConnectionOptions {
  return {
    host: target.ip || target.host,
    port: target.port,
    user: target.user,
    password: target.password.reveal(),
    charset: 'UTF8MB4_BIN',
    connectTimeout: limits.connectMs,
    multipleStatements: true,
    supportBigNumbers: true,
    bigNumberStrings: false,
    dateStrings: true,
    // Otherwise a parser is compiled for every new list of columns; SHOW GRANTS names its column after the account.
    disableEval: true,
    flags: ['-LOCAL_FILES'],
    ...(tls && tls.mode !== 'no' ? { ssl: tlsOptions(target, tls) } : {}),
  };
}

function tlsOptions(target: Target, tls: Tls): NonNullable<Exclude<ConnectionOptions['ssl'], string>> {
  const file = (path: string | undefined) => (path ? readFileSync(path) : undefined);
  return {
    ca: file(tls.ca) as unknown as string,
    cert: file(tls.cert) as unknown as string,
    key: file(tls.key) as unknown as string,
    rejectUnauthorized: tls.mode === 'verify',
    verifyIdentity: tls.mode === 'verify' && target.host !== target.ip,
  };
}
