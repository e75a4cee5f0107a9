import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { headerOf, startMailbox } from '../support/mailbox.ts';
import { useReports } from '../support/reports.ts';
import { helperSettings } from '../support/state/state.ts';
import { secretsIn } from '../support/zoo/secrets.ts';

const { lab, report, hook, succeeds } = useReports();

const BODY = 'Master db1 is down!\n\nCheck MHA Manager logs.\nStarted automated failover.\n';

describe('as MHA’s report_script', () => {
  let box: Awaited<ReturnType<typeof startMailbox>>;

  beforeAll(async () => {
    await succeeds(hook('stop'));
    await succeeds(hook('start'));
    box = await startMailbox(['gone@example.com']);
  });
  afterAll(() => box?.close());

  const call = (...more: string[]) =>
    report(
      ...[`--orig_master_host=${lab.server(0).host}`, `--new_master_host=${lab.server(1).host}`],
      ...['--new_slave_hosts=', '--subject=app1: MySQL Master failover succeeded', `--body=${BODY}`, ...more],
    );
  const mailTo = (to: string, host = box.address) => helperSettings(lab, { report_email: to, smtp_host: host });

  it('without report_email says so, and that is no failure', async () => {
    expect(await succeeds(call())).toContain('the settings hold no report_email');
  });

  it('mails what MHA says, the chart below it, and the page, to every address', async () => {
    mailTo('dba@example.com, ops@example.com');
    expect(await succeeds(call())).toContain('mailed to dba@example.com, ops@example.com');
    const mail = box.mails.at(-1);
    expect(mail?.to).toEqual(['dba@example.com', 'ops@example.com']);
    expect(mail && headerOf(mail, 'subject')).toBe('app1: MySQL Master failover succeeded');
    const [text, html, page] = mail?.parts ?? [];
    expect(text?.text.replaceAll('\r', '')).toContain(BODY.trim());
    expect(text?.text).toMatch(/accounts shut out +\d+ ms +#/);
    expect(html?.text).toContain('<pre');
    expect(page && headerOf(page, 'content-disposition')).toMatch(/attachment; filename=switch-2\S*\.html/);
    expect(page?.text).toMatch(/^<!DOCTYPE html>[\s\S]*<\/html>\n$/);
    expect(await secretsIn(lab, mail?.parts.map((part) => part.text) ?? [])).toEqual([]);
  });

  it('ignores options that a later MHA may add, and says so', async () => {
    mailTo('dba@example.com');
    const shown = await succeeds(call('--verbose', '--colour=blue', 'word'));
    expect(shown).toMatch(/ignored: .*--verbose.*--colour.*word/);
    expect(shown).toContain('mailed to dba@example.com');
  });

  it('mails MHA’s words if there is no record of it', async () => {
    mailTo('dba@example.com');
    await succeeds(call('--new_master_host=192.0.2.77'));
    const mail = box.mails.at(-1);
    expect(mail?.parts[0]?.text).toContain('Master db1 is down!');
    expect(mail?.parts[0]?.text).toMatch(/No record of this failover was found/);
    expect(mail?.parts.some((part) => part.headers.includes('attachment'))).toBe(false);
  });

  it('takes no header from a subject', async () => {
    mailTo('dba@example.com');
    await succeeds(call('--subject=failover\r\nBcc: thief@example.com\n\nX: y\u2028z'));
    const mail = box.mails.at(-1);
    expect(mail?.to).toEqual(['dba@example.com']);
    expect(mail && headerOf(mail, 'bcc')).toBeUndefined();
    expect(mail && headerOf(mail, 'subject')).toContain('failover Bcc: thief@example.com X: y z');
  });

  it('says which addresses were refused, and mails the others', async () => {
    mailTo('gone@example.com, dba@example.com');
    const count = box.mails.length;
    const result = await call();
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/cannot mail to gone@example.com, dba@example.com by 127.0.0.1:\d+: .*unknown user/);
    expect(box.mails.slice(count).map(({ to }) => to)).toEqual([['dba@example.com']]);
  });

  it('says in words that a mail server is down, or unknown', async () => {
    mailTo('dba@example.com', '127.0.0.1:1');
    const down = await call();
    expect(down).toMatchObject({ code: 1 });
    expect(down.stderr).toMatch(/cannot mail to dba@example.com by 127.0.0.1:1: .*ECONNREFUSED/);
    mailTo('dba@example.com', 'no-such-host.invalid');
    expect((await call()).stderr).toMatch(/cannot mail to dba@example.com by no-such-host.invalid:25: /);
  });

  it('gives up a mail server that takes the connection and never answers, or only ever a little', async () => {
    let connections = 0;
    const mute = createServer((socket) => {
      socket.on('error', () => {});
      connections += 1;
      if (connections % 2 === 0) setInterval(() => socket.writable && socket.write('2'), 500).unref();
    });
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    mailTo('dba@example.com', `127.0.0.1:${(mute.address() as { port: number }).port}`);
    const results = await Promise.all([call(), call()]);
    mute.close();
    expect(connections).toBe(2);
    for (const result of results) {
      expect(result.code, result.stdout + result.stderr).toBe(1);
      expect(result.stderr).toMatch(/cannot mail to dba@example.com by 127.0.0.1:\d+: /);
      expect(result.stderr).not.toMatch(/^\s+at /m);
    }
  });

  it('by hand: --mail sends the record with words of its own', async () => {
    mailTo('dba@example.com');
    await succeeds(report('--mail'));
    const mail = box.mails.at(-1);
    expect(mail && headerOf(mail, 'subject')).toMatch(/^planned switch \S+ to \S+: done, servers not compared yet/);
    helperSettings(lab, {});
    expect((await report('--mail')).code).toBe(1);
  });
});
