import { unmarked } from '../../../src/adapters/mysql/mark.ts';

/** One packet of the MySQL protocol; `raw` is `body` with its header of four bytes. */
export interface Packet {
  readonly sequence: number;
  readonly body: Buffer;
  readonly raw: Buffer;
}

/** Cuts a stream of bytes into packets. Packets of 16 MB and more, which are split, are not known here. */
export class PacketReader {
  #rest: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): Packet[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const found: Packet[] = [];
    while (this.#rest.length >= 4 && this.#rest.length >= 4 + this.#rest.readUIntLE(0, 3)) {
      const raw = this.#rest.subarray(0, 4 + this.#rest.readUIntLE(0, 3));
      this.#rest = this.#rest.subarray(raw.length);
      found.push({ sequence: raw.readUInt8(3), body: raw.subarray(4), raw });
    }
    return found;
  }
}

const COM_QUERY = 0x03;

/** The text of a client's COM_QUERY, without the mark of our own statements; undefined for any other command and for the packets of the login. */
export function queryOf({ sequence, body }: Packet): string | undefined {
  if (sequence !== 0 || body[0] !== COM_QUERY) return undefined;
  // MySQL 8 puts the number of query attributes, none here, before the text.
  const start = body[1] === 0 && body[2] === 1 ? 3 : 1;
  return unmarked(body.subarray(start).toString('utf8'));
}

/** An error packet in answer to a command. */
export function errorPacket(code: number, message: string): Buffer {
  const body = Buffer.concat([Buffer.from([0xff, code & 0xff, code >> 8]), Buffer.from(`#HY000${message}`)]);
  const header = Buffer.from([body.length & 0xff, (body.length >> 8) & 0xff, 0, 1]);
  return Buffer.concat([header, body]);
}

const OK = 0x00;
const ERROR = 0xff;
const EOF = 0xfe;
const MORE_RESULTS = 0x0008;

/** Follows the answer to one COM_QUERY, which may hold several results, to its end (without CLIENT_DEPRECATE_EOF). */
export class Answer {
  #in: 'head' | 'columns' | 'rows' = 'head';

  /** Takes the answer's next packet; true for the last one. */
  endsWith({ body }: Packet): boolean {
    if (body[0] === ERROR) return true;
    if (this.#in === 'head') {
      if (body[0] === OK) return (okStatus(body) & MORE_RESULTS) === 0;
      this.#in = 'columns';
    } else if (body[0] === EOF && body.length < 9) {
      if (this.#in === 'rows' && (body.readUInt16LE(3) & MORE_RESULTS) === 0) return true;
      this.#in = this.#in === 'columns' ? 'rows' : 'head';
    }
    return false;
  }
}

/** The status flags of an OK packet: they stand after two numbers of variable length. */
function okStatus(body: Buffer): number {
  let at = 1;
  for (let number = 0; number < 2; number += 1) {
    const first = body[at] ?? 0;
    at += first === 0xfc ? 3 : first === 0xfd ? 4 : first === 0xfe ? 9 : 1;
  }
  return body.readUInt16LE(at);
}
