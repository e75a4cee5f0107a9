import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../../src/base/finding.ts';
import { causeFirst, type OpenSwitch } from '../../../../src/procedures/check/openSwitch.ts';

const found = (level: Finding['level'], code: string, where: string, account?: string): Finding => ({
  ...{ level, code, where, text: `${code} of ${where}` },
  ...(account === undefined ? {} : { account }),
});
const open: OpenSwitch = { masters: new Set(['db1:3306', 'db2:3306']), accounts: new Set(["'app'@'%'"]) };
const cause = found('warning', 'open_switch', '/journal.json');
const revoked = found('error', 'account_differs', 'db2:3306', "'app'@'%'");

describe('an open switch', () => {
  it('comes first, as an error, with one note of what follows from it', () => {
    const other = found('error', 'privilege_missing', 'db3:3306');
    const closed = found('warning', 'master_read_only', 'db1:3306');
    const all = causeFirst([other, revoked, closed, cause], [open]);
    expect(all.map(({ level, code }) => `${level} ${code}`)).toEqual([
      'error open_switch',
      'note follows_open_switch',
      'error privilege_missing',
    ]);
    expect(all[1]?.text).toBe(
      '2 findings follow from the open switch: account_differs (1, at db2:3306); master_read_only (1, at db1:3306)',
    );
  });

  it('hides no account that it did not shut out, and no server that it did not touch', () => {
    const own = [
      found('error', 'account_differs', 'db2:3306', "'other'@'%'"),
      found('warning', 'replica_writable', 'db3:3306'),
    ];
    expect(causeFirst([...own, cause], [open])).toEqual([cause, ...own]);
  });

  it('that is only not checked yet stays a warning if nothing follows from it', () => {
    expect(causeFirst([cause], [open])).toEqual([cause]);
  });

  it('that is none leaves everything as it is', () => {
    expect(causeFirst([revoked], [])).toEqual([revoked]);
  });
});
