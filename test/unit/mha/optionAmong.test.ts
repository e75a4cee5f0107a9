import { describe, expect, it } from 'vitest';
import { optionAmong } from '../../../src/mha/masterSwitch.ts';

describe('an option of masterha’s own among those passed on', () => {
  it.each([
    [['--conf=a'], 'a'],
    [['--conf', 'a'], 'a'],
    [['--conf=a', '--conf', 'b=c'], 'b=c'],
    [['--conf='], ''],
    [['--skip_change_master'], undefined],
    [['--running_updates_limit=5', '--confident=1'], undefined],
    [[], undefined],
  ])('%j', (args, value) => {
    expect(optionAmong(args, 'conf')).toBe(value);
  });
});
