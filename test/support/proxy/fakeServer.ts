import { constants, generateKeyPairSync, type KeyObject, privateDecrypt } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { type Packet, PacketReader } from './wire.ts';

/**
 * `mute`: takes the connection and says nothing. `greeting`: only greets. `silent`: lets everybody log in and answers
 * nothing. `flood`: answers with rows without end. `one row`: with a row without end. `sha2`: offers no TLS and asks for
 * the password by caching_sha2_password. `clear`: asks for it by mysql_clear_password. `early`: offers TLS, and asks for
 * the password by sha256_password in the very packet of its greeting.
 */
export type FakeKind = 'mute' | 'greeting' | 'silent' | 'flood' | 'one row' | 'sha2' | 'clear' | 'early';

/** What listens where a server should be. */
export interface FakeServer {
  readonly host: string;
  readonly port: number;
  /** How many connections there have been. */
  readonly connections: number;
  /** What it has got out of its clients as a password. */
  readonly passwords: readonly string[];
  /** All bytes of all clients. */
  received(): Buffer;
  stop(): Promise<void>;
}

const SCRAMBLE = Buffer.from('abcdefghijklmnopqrst');
const CAPABILITIES = 0x00 | 0x01 | 0x04 | 0x08 | 0x200 | 0x2000 | 0x8000 | 0x10000 | 0x20000 | 0x80000;
const SSL = 0x800;

/** Listens on that port of that address; 0 is any. */
export async function startFake(kind: FakeKind, host = '127.0.0.1', port = 0): Promise<FakeServer> {
  const chunks: Buffer[] = [];
  const passwords: string[] = [];
  const sockets = new Set<Socket>();
  const key = kind === 'sha2' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : undefined;
  let connections = 0;
  const listener = createServer((socket) => {
    connections += 1;
    sockets.add(socket.on('error', () => {}).on('close', () => sockets.delete(socket)));
    const client = new Client(socket, kind, passwords, key?.privateKey, key?.publicKey);
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      client.push(chunk);
    });
  });
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen({ host, port, exclusive: true }, resolve);
  });
  const address = listener.address();
  return {
    host,
    port: typeof address === 'object' && address ? address.port : port,
    get connections() {
      return connections;
    },
    passwords,
    received: () => Buffer.concat(chunks),
    stop: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => listener.close(() => resolve()));
    },
  };
}

class Client {
  readonly #packets = new PacketReader();
  #packet = 0;

  constructor(
    readonly socket: Socket,
    readonly kind: FakeKind,
    readonly passwords: string[],
    readonly privateKey: KeyObject | undefined,
    readonly publicKey: KeyObject | undefined,
  ) {
    if (kind === 'mute') return;
    const plugin = kind === 'sha2' ? 'caching_sha2_password' : 'mysql_native_password';
    const hello = greeting(plugin, kind === 'early' ? CAPABILITIES | SSL : CAPABILITIES);
    const ask = Buffer.concat([Buffer.from([0xfe]), Buffer.from('sha256_password\0'), SCRAMBLE, Buffer.from([0])]);
    socket.write(kind === 'early' ? Buffer.concat([framed(0, hello), framed(1, ask)]) : framed(0, hello));
  }

  push(chunk: Buffer): void {
    if (this.kind === 'early') return;
    for (const packet of this.#packets.push(chunk)) this.#take(packet, this.#packet++);
  }

  #take(packet: Packet, number: number): void {
    const reply = (body: Buffer) => this.socket.write(framed(packet.sequence + 1, body));
    if (this.kind === 'mute' || this.kind === 'greeting') return;
    if (this.kind === 'sha2') this.#sha2(packet, number, reply);
    if (this.kind === 'clear') {
      if (number === 0) reply(Buffer.concat([Buffer.from([0xfe]), Buffer.from('mysql_clear_password\0')]));
      if (number === 1) this.passwords.push(packet.body.toString('utf8').replace(/\0$/, ''));
      return;
    }
    if (this.kind === 'sha2') return;
    if (number === 0) reply(OK);
    else if (this.kind === 'flood') flood(this.socket, ROWS);
    else if (this.kind === 'one row') flood(this.socket, Buffer.concat([Buffer.from([255, 255, 255, 4]), ENDLESS]));
  }

  #sha2(packet: Packet, number: number, reply: (body: Buffer) => void): void {
    const more = (data: Buffer) => reply(Buffer.concat([Buffer.from([1]), data]));
    if (number === 0) more(Buffer.from([4]));
    if (number === 1) more(Buffer.from(this.publicKey?.export({ type: 'spki', format: 'pem' }) ?? ''));
    if (number !== 2 || !this.privateKey) return;
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    const plain = privateDecrypt({ key: this.privateKey, padding, oaepHash: 'sha1' }, packet.body);
    const text = Buffer.from(plain.map((byte, i) => byte ^ (SCRAMBLE[i % SCRAMBLE.length] ?? 0)));
    this.passwords.push(text.toString('utf8').replace(/\0$/, ''));
    reply(OK);
  }
}

const OK = Buffer.from([0, 0, 0, 2, 0, 0, 0]);
const ENDLESS = Buffer.alloc(0xffffff, 120);

function framed(sequence: number, body: Buffer): Buffer {
  const header = Buffer.alloc(4);
  header.writeUIntLE(body.length, 0, 3);
  header.writeUInt8(sequence & 0xff, 3);
  return Buffer.concat([header, body]);
}

function greeting(plugin: string, capabilities: number): Buffer {
  const numbers = Buffer.alloc(9);
  numbers.writeUInt16LE(capabilities & 0xffff, 0);
  numbers.writeUInt8(45, 2);
  numbers.writeUInt16LE(2, 3);
  numbers.writeUInt16LE(capabilities >>> 16, 5);
  numbers.writeUInt8(21, 7);
  return Buffer.concat([
    Buffer.from([10]),
    Buffer.from('10.11.19-MariaDB\0'),
    Buffer.from([7, 0, 0, 0]),
    SCRAMBLE.subarray(0, 8),
    Buffer.from([0]),
    numbers.subarray(0, 8),
    Buffer.alloc(10),
    SCRAMBLE.subarray(8),
    Buffer.from([0]),
    Buffer.from(`${plugin}\0`),
  ]);
}

/** As many rows as there are numbers for packets. */
const ROWS = Buffer.concat(
  Array.from({ length: 256 }, (_, i) => framed(i + 4, Buffer.concat([Buffer.from([250]), Buffer.alloc(250, 120)]))),
);

/** One column, and then the same row for ever, as fast as the client takes it. */
function flood(socket: Socket, endless: Buffer): void {
  const text = (value: string) => Buffer.concat([Buffer.from([value.length]), Buffer.from(value)]);
  const tail = Buffer.from([0x0c, 45, 0, 255, 0, 0, 0, 253, 0, 0, 0, 0, 0]);
  const column = Buffer.concat([text('def'), text(''), text(''), text(''), text('a'), text('a'), tail]);
  socket.write(Buffer.concat([framed(1, Buffer.from([1])), framed(2, column), framed(3, EOF)]));
  const more = () => {
    while (!socket.destroyed && socket.write(endless));
  };
  socket.on('drain', more);
  more();
}

const EOF = Buffer.from([0xfe, 0, 0, 2, 0]);
