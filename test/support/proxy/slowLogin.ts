import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { accounts } from '../../tools/lab/accounts.ts';
import { type Packet, PacketReader } from './wire.ts';

/** A client that the server has asked for its password, and that has not answered yet. */
export interface SlowLogin {
  /** Answers; resolves with whether the server let it in. */
  readonly finish: () => Promise<boolean>;
  /** Runs a statement; resolves with the server's error, or undefined. Rejects when the server has ended the session. */
  readonly query: (sql: string) => Promise<string | undefined>;
  readonly close: () => void;
}

/** Capabilities of the protocol: 4.1, long password, connect with database, secure connection, plugin names. */
const CAPABILITIES = 0x200 | 0x1 | 0x8 | 0x8000 | 0x80000;
/** A plugin that no account has, so that the server asks again, and by then knows the account. */
const ANOTHER_PLUGIN = 'mysql_clear_password';

/** Begins to log in as the application, and stands still where the server waits for the password. */
export async function slowLogin(host: string, port: number): Promise<SlowLogin> {
  const { user, password } = accounts.app;
  const socket = connect({ host, port });
  const next = packetsOf(socket);
  await next();
  const head = Buffer.alloc(32);
  head.writeUInt32LE(CAPABILITIES, 0);
  head.writeUInt32LE(1 << 24, 4);
  head[8] = 45;
  send(socket, 1, Buffer.concat([head, text(user), Buffer.from([0]), text('app'), text(ANOTHER_PLUGIN)]));
  const { body, sequence } = await next();
  const plugin = body.subarray(1, body.indexOf(0, 1)).toString();
  const scramble = body.subarray(2 + plugin.length, 22 + plugin.length);
  const answer = plugin === 'caching_sha2_password' ? sha2(password, scramble) : sha1(password, scramble);
  return {
    finish: async () => {
      send(socket, sequence + 1, answer);
      let reply = await next();
      while (reply.body[0] === 1) reply = await next();
      return reply.body[0] === 0;
    },
    query: async (sql) => {
      send(socket, 0, Buffer.concat([Buffer.from([3]), Buffer.from(sql)]));
      const reply = await next();
      return reply.body[0] === 0xff ? reply.body.subarray(9).toString() : undefined;
    },
    close: () => void socket.destroy(),
  };
}

function packetsOf(socket: Socket): () => Promise<Packet> {
  const [reader, queue] = [new PacketReader(), [] as Packet[]];
  let ended = false;
  socket.on('data', (chunk) => {
    queue.push(...reader.push(chunk));
    socket.emit('packets');
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    ended = true;
    socket.emit('packets');
  });
  return async () => {
    while (queue.length === 0 && !ended) await once(socket, 'packets');
    const packet = queue.shift();
    if (!packet) throw new Error('the server has closed the connection');
    return packet;
  };
}

function send(socket: Socket, sequence: number, body: Buffer): void {
  const header = Buffer.alloc(4);
  header.writeUIntLE(body.length, 0, 3);
  header[3] = sequence;
  socket.write(Buffer.concat([header, body]));
}

const text = (value: string) => Buffer.from(`${value}\0`);
const hash = (kind: string, ...parts: readonly Buffer[]) => {
  const made = createHash(kind);
  for (const part of parts) made.update(part);
  return made.digest();
};
const xor = (a: Buffer, b: Buffer) => Buffer.from(a.map((byte, i) => byte ^ (b[i] ?? 0)));

function sha1(password: string, scramble: Buffer): Buffer {
  const once = hash('sha1', Buffer.from(password));
  return xor(once, hash('sha1', scramble, hash('sha1', once)));
}

function sha2(password: string, scramble: Buffer): Buffer {
  const once = hash('sha256', Buffer.from(password));
  return xor(once, hash('sha256', hash('sha256', once), scramble));
}
