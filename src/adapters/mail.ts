import { hostname } from 'node:os';
import { createTransport } from 'nodemailer';
import { HelperError, messageOf } from '../base/errors.ts';
import { nameOf } from '../base/server.ts';

interface Mail {
  /** Undefined: this program at this host. */
  readonly from: string | undefined;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  /** The text for readers without a fixed-width font. */
  readonly html: string;
  /** An attached page. */
  readonly page?: { readonly name: string; readonly html: string };
}

/**
 * Hands a mail over within `limitMs`, whatever the mail server does; without a login. Uses TLS if the server offers it, and
 * accepts any certificate, as mail servers do among themselves.
 * @throws HelperError, also if the server refused only some of the addresses.
 */
export async function sendMail(mail: Mail, server: { host: string; port: number }, limitMs: number): Promise<void> {
  const transport = createTransport({
    ...server,
    secure: server.port === 465,
    opportunisticTLS: true,
    tls: { rejectUnauthorized: false },
    ...{ dnsTimeout: limitMs, connectionTimeout: limitMs, greetingTimeout: limitMs, socketTimeout: limitMs },
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    const sent = await within(limitMs, transport.sendMail(messageFrom(mail)));
    const refused = (sent.rejectedErrors ?? []).map(reasonOf);
    if (refused.length > 0) throw new Error(`it refused some of the addresses: ${refused.join('; ')}`);
  } catch (error) {
    const advice = 'report_email and smtp_host in the settings say where it goes';
    throw new HelperError(`cannot mail to ${mail.to.join(', ')} by ${nameOf(server)}: ${reasonOf(error)} (${advice})`);
  } finally {
    transport.close();
  }
}

function messageFrom({ from, to, subject, text, html, page }: Mail) {
  return {
    from: from ?? `mha-helper@${hostname()}`,
    to: [...to],
    subject: subject.replace(/[\p{Cc}\p{Cs}\u2028\u2029]+/gu, ' ').slice(0, 400),
    ...{ text, html, headers: { 'Auto-Submitted': 'auto-generated' } },
    attachments: page ? [{ filename: page.name, content: page.html, contentType: 'text/html; charset=utf-8' }] : [],
  };
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${ms / 1000} s`)), ms);
  });
  work.catch(() => {});
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** A server's answer may hold any bytes. */
function reasonOf(error: unknown): string {
  return messageOf(error)
    .replace(/[^\x20-\x7e]+/g, ' ')
    .slice(0, 300);
}
