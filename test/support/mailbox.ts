import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** A mail as it arrived: whom the envelope named, and the message. */
export interface Arrived {
  readonly from: string;
  readonly to: readonly string[];
  readonly headers: string;
  /** The parts that are no multipart themselves, decoded. */
  readonly parts: readonly { readonly headers: string; readonly text: string }[];
}

/** A real mail server on loopback; it refuses the addresses of `refused`. */
export async function startMailbox(refused: readonly string[] = []) {
  const mails: Arrived[] = [];
  const server = new SMTPServer({
    authOptional: true,
    onRcptTo: ({ address }, _session, done) => done(refused.includes(address) ? new Error('unknown user') : undefined),
    onData: (stream, { envelope }, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const raw = Buffer.concat(chunks).toString('utf8');
        const from = envelope.mailFrom ? envelope.mailFrom.address : '';
        mails.push({
          from,
          to: envelope.rcptTo.map(({ address }) => address),
          headers: headOf(raw),
          parts: partsOf(raw),
        });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  return { address: `127.0.0.1:${port}`, mails, close };
}

/** The value of a header, on one line. */
export function headerOf({ headers }: { readonly headers: string }, name: string): string | undefined {
  return new RegExp(`^${name}: *(.*)$`, 'im').exec(headers)?.[1];
}

function headOf(message: string): string {
  return message.slice(0, message.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ');
}

function partsOf(message: string): Arrived['parts'] {
  const headers = headOf(message);
  const body = message.slice(message.indexOf('\r\n\r\n') + 4);
  const boundary = /boundary="?([^";\r\n]+)/.exec(headers)?.[1];
  if (boundary)
    return body
      .split(`--${boundary}`)
      .slice(1, -1)
      .flatMap((part) => partsOf(part.replace(/^\r\n/, '')));
  return [{ headers, text: decoded(body, headerOf({ headers }, 'content-transfer-encoding') ?? '') }];
}

function decoded(body: string, encoding: string): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8');
  if (encoding !== 'quoted-printable') return body;
  const bytes = body
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
