export interface MailHost {
  readonly host: string;
  readonly port: number;
}

const ADDRESS = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/;
const HOST = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/;

/** Any number of `name@host`, separated by commas. @throws Error that names the wrong one */
export function parseAddresses(text: string): readonly string[] {
  if (text.trim() === '') return [];
  return text.split(',').map((each) => parseAddress(each.trim()));
}

export function parseAddress(text: string): string {
  if (ADDRESS.test(text)) return text;
  throw new Error(`"${text}" is not a mail address such as dba@example.com`);
}

/** `host`, `host:port`, or an IPv6 address, in brackets if a port follows; by default port 25. @throws Error */
export function parseMailHost(text: string): MailHost {
  const [, bracketed, bare, port] = /^(?:\[([0-9A-Fa-f:.]+)\]|([^\s[\]]*?))(?::(\d+))?$/.exec(text) ?? [];
  if (/^[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*$/.test(text)) return { host: text, port: DEFAULT_PORT };
  const host = bracketed ?? bare ?? '';
  const number = port === undefined ? DEFAULT_PORT : Number(port);
  if ((bracketed !== undefined || HOST.test(host)) && number >= 1 && number <= 65_535) return { host, port: number };
  throw new Error(`"${text}" is neither a host nor host:port`);
}

const DEFAULT_PORT = 25;
