import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bin, configureHooks, runCommand } from '../support/commands.ts';
import { headerOf, startMailbox } from '../support/mailbox.ts';
import { expectNothingLost, leftRunning, openJournals, start, underLoad } from '../support/scenes/mha.ts';
import { helperSettings } from '../support/state/state.ts';
import { useLab } from '../support/useLab.ts';
import { eventsOf, rightsOf, stockZoo } from '../support/zoo/zoo.ts';
import type { LoadReport } from '../tools/lab/load/load.ts';
import type { RunResult } from '../tools/lab/run.ts';

const lab = useLab();
let box: Awaited<ReturnType<typeof startMailbox>>;

beforeAll(async () => {
  box = await startMailbox();
});

afterAll(() => box?.close());

describe.each([
  ['HOST --conf=CONF', (host: string, conf: string) => [host, `--conf=${conf}`]],
  ['-d HOST -c CONF', (host: string, conf: string) => ['-d', host, '-c', conf]],
])('the master is killed under load, then mysql_failover %s', (_, args) => {
  let result: RunResult;
  let load: LoadReport;
  let live: string;
  let rights: Awaited<ReturnType<typeof rightsOf>>;
  let eventsOn: string[];

  beforeAll(async () => {
    await lab.reset(0, { fresh: !lab.server(0).running });
    configureHooks(lab);
    helperSettings(lab, { report_email: 'dba@example.com', smtp_host: box.address });
    box.mails.length = 0;
    await stockZoo(lab.server(0));
    await lab.waitReplicasLevel();
    rights = await rightsOf(lab.server(0));
    eventsOn = await namesOfEventsOn(0);
    ({ result, load } = await underLoad(lab, async () => {
      await lab.server(0).kill9();
      const failover = await start(bin('mysql_failover'), args(lab.server(0).host, lab.confFile));
      await failover.printed('Phase 3: Master Recovery Phase');
      live = failover.output();
      return failover.ended;
    }));
  });

  it('ends with exit code 0 and says who is the master', () => {
    const output = result.stdout + result.stderr;
    expect(result.code, output).toBe(0);
    expect(output).toMatch(new RegExp(`The master is (${lab.server(1).host}|${lab.server(2).host}):3306`));
    expect(output).toContain(`${lab.server(0).host}:3306 was taken for dead`);
  });

  it('showed what MHA wrote to its log, while it went on', () => {
    expect(live).toContain('Phase 1: Configuration Check Phase');
    expect(live).toContain('is dead: nothing to take from it');
    expect(live).not.toContain('completed successfully');
    expect(lab.readManagerLog()).toContain('Phase 1: Configuration Check Phase');
  });

  it('has one writable server, and the third one replicates from it', async () => {
    const alive = (await lab.dump()).filter((state) => state.running);
    const master = alive.find((state) => state.readOnly === false);
    const replica = alive.find((state) => state.readOnly === true);
    expect(alive).toHaveLength(2);
    expect(master).toMatchObject({ master: undefined });
    expect(replica).toMatchObject({ master: master?.address, io: 'Yes', sql: 'Yes' });
    expect(load.perServer[master?.address ?? '']).toBeGreaterThan(200);
  });

  it('lost no acknowledged row', async () => {
    expect(load.acknowledged.length).toBeGreaterThan(500);
    await expectNothingLost(lab, load);
  });

  it('left every right as it was', async () => {
    for (const index of [1, 2]) expect(await rightsOf(lab.server(index))).toEqual(rights);
  });

  // A replica has every event as SLAVESIDE_DISABLED, also one that is off at the master: it cannot tell them apart.
  it('has the events on at the new master only, and names those that may have been off', async () => {
    const states = await lab.dump();
    for (const index of [1, 2]) {
      const expected = states[index]?.readOnly === false ? [...eventsOn, 'app.off'].sort() : [];
      expect((await namesOfEventsOn(index)).sort()).toEqual(expected);
    }
    expect(result.stdout).toMatch(/cannot know which of them were off at the dead master: .*app\.off/);
  });

  it('shows at its end what the scripts did, and mha_report shows it again', async () => {
    const [seen] = /^127\S+ -> 127\S+\n {2}failover, finished[\s\S]*/m.exec(result.stdout) ?? [''];
    expect(seen).toMatch(/new master opened +\d+ ms +=/);
    expect(seen).toMatch(/events switched on/);
    const again = await runCommand('mha_report', [`--conf=${lab.confFile}`]);
    expect(again.stdout.trim()).toBe(seen.trim());
  });

  it('mailed MHA’s report with the chart of this failover and the page', () => {
    expect(box.mails).toHaveLength(1);
    const [mail] = box.mails;
    expect(mail?.to).toEqual(['dba@example.com']);
    expect(mail && headerOf(mail, 'subject')).toMatch(/^app1: MySQL Master failover .*succeeded/);
    const [text, , page] = mail?.parts ?? [];
    expect(text?.text).toContain(`Master ${lab.server(0).host}`);
    expect(text?.text).toMatch(/failover, finished[\s\S]*new master opened +\d+ ms +=/);
    const [id] = /(?<=id )2\S+/.exec(result.stdout) ?? [''];
    expect(text?.text).toContain(`id ${id}`);
    expect(page?.text).toContain(`Record ${id}`);
  });

  it('left no journal open, no process and no secret', async () => {
    expect(openJournals(lab)).toEqual([]);
    expect(leftRunning(lab)).toEqual([]);
    const passwords = [lab.mha.password, lab.repl.password, 'zpw-'];
    const mailed = box.mails.flatMap(({ parts }) => parts.map(({ text }) => text)).join();
    const shown = result.stdout + result.stderr + lab.readManagerLog() + mailed;
    expect(passwords.filter((password) => shown.includes(password))).toEqual([]);
  });
});

async function namesOfEventsOn(index: number): Promise<string[]> {
  return (await eventsOf(lab.server(index))).filter((e) => e.status === 'ENABLED').map((e) => e.name);
}
