import { connect as connectSocket, type Socket } from 'node:net';
import mysql, { type Connection } from 'mysql2';
import { messageOf, ServerError } from '../../base/errors.ts';
import { nameOf, type Target } from '../../base/server.ts';
import { type DriverError, serverError } from './failure.ts';
import { addressOf, driverOptions, type Limits, type Tls } from './options.ts';

/** More than any login needs. */
const LOGIN_BYTES = 1_000_000;

/**
 * Connects and logs in within `connectMs`, using little memory whatever the server sends; `signal` ends it.
 * @throws ServerError; the signal's reason.
 */
export function login(
  target: Target,
  limits: Pick<Limits, 'connectMs' | 'signal'>,
  tls: Tls | undefined,
): Promise<Connection> {
  const { connectMs, signal } = limits;
  signal?.throwIfAborted();
  const raw = create(target, tls);
  return new Promise((resolve, reject) => {
    const settle = () => {
      clearTimeout(giveUp);
      clearInterval(look);
      signal?.removeEventListener('abort', abort);
      raw.removeAllListeners('error');
      raw.on('error', () => {});
    };
    const end = (reason: unknown) => {
      settle();
      raw.destroy();
      reject(reason);
    };
    const fail = (error: DriverError) => end(serverError(target, `cannot connect as ${target.user}`, error));
    const abort = () => end(signal?.reason);
    const giveUp = setTimeout(() => fail(timedOut(connectMs)), connectMs);
    const look = setInterval(() => {
      if (streamOf(raw).bytesRead > LOGIN_BYTES) fail({ name: 'Error', message: 'it sends more than a login needs' });
    }, 20);
    signal?.addEventListener('abort', abort, { once: true });
    raw.once('error', fail);
    raw.once('connect', () => {
      settle();
      resolve(raw);
    });
  });
}

/** The stream below the protocol; TLS replaces it during the login. */
export function streamOf(raw: Connection): Socket {
  return (raw as unknown as { stream: Socket }).stream;
}

function create(target: Target, tls: Tls | undefined): Connection {
  const { host, port } = addressOf(target);
  const socket = connectSocket({ host, port, noDelay: true, keepAlive: true });
  try {
    return mysql.createConnection(driverOptions(target, socket, tls));
  } catch (error) {
    socket.on('error', () => {}).destroy();
    throw new ServerError({ server: nameOf(target), what: `cannot connect as ${target.user}: ${messageOf(error)}` });
  }
}

function timedOut(ms: number): DriverError {
  return { name: 'Error', message: `no answer within ${ms / 1000} s`, code: 'ETIMEDOUT' };
}
