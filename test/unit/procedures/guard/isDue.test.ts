import { expect, it } from 'vitest';
import type { JournalData } from '../../../../src/capabilities/journal/data.ts';
import { isDue } from '../../../../src/procedures/guard/openEarly.ts';

const journal = (phase: JournalData['phase']) =>
  ({ phase, newMaster: { host: 'db2', ip: '192.0.2.2', port: 3306 } }) as unknown as JournalData;

it('opens for the start of the server that stop has closed', () => {
  expect(isDue({ command: 'start', host: 'db2', port: 3306 }, [journal('stopped')])).toBe(true);
  expect(isDue({ command: 'start', host: '192.0.2.2', port: 3306 }, [journal('stopped')])).toBe(true);
});

it.each([
  ['another command', { command: 'stop', host: 'db2', port: 3306 }, [journal('stopped')]],
  ['another server', { command: 'start', host: 'db3', port: 3306 }, [journal('stopped')]],
  ['another port', { command: 'start', host: 'db2', port: 3307 }, [journal('stopped')]],
  ['no server', { command: 'start', host: undefined, port: 3306 }, [journal('stopped')]],
  ['a stop that has not ended', { command: 'start', host: 'db2', port: 3306 }, [journal('stopping')]],
  ['a switch that was undone', { command: 'start', host: 'db2', port: 3306 }, [journal('undoing')]],
  ['no open switch', { command: 'start', host: 'db2', port: 3306 }, []],
  ['two open switches', { command: 'start', host: 'db2', port: 3306 }, [journal('stopped'), journal('stopped')]],
])('does not for %s', (_, call, journals) => {
  expect(isDue(call, journals)).toBe(false);
});
