import { systemClock } from '../../src/adapters/clock.ts';
import { Secret } from '../../src/base/secret.ts';
import type { Target } from '../../src/base/server.ts';
import type { BlockMethod } from '../../src/capabilities/accounts/shutOut/blocked.ts';
import { JournalFiles } from '../../src/capabilities/journal/files.ts';
import { Sessions } from '../../src/cluster/sessions.ts';
import { defaultSettings } from '../../src/config/helper/settings.ts';
import type { SwitchContext } from '../../src/procedures/switch/context.ts';
import type { Lab } from '../tools/lab/lab.ts';
import type { LabServer } from '../tools/lab/server.ts';
import { journalFolder } from './state/state.ts';

const silent = { debug() {}, info() {}, warning() {}, error() {} };

/** What a hook makes out of MHA's arguments and its configuration, for procedures that are run in this process. */
export function contextOf(lab: Lab, orig: LabServer, next: LabServer, blockMethod: BlockMethod): SwitchContext {
  const target = ({ host, port }: LabServer): Target => {
    return { host, ip: host, port, user: lab.mha.user, password: new Secret(lab.mha.password) };
  };
  return {
    conf: lab.confFile,
    origMaster: target(orig),
    newMaster: target(next),
    replicas: lab.servers.filter((s) => s !== orig && s !== next).map(target),
    settings: { ...defaultSettings(journalFolder(lab)), drainMs: 500, blockMethod },
    rules: { mhaUsers: [lab.mha.user], replicationUsers: [lab.repl.user], preserve: [] },
    journals: new JournalFiles(journalFolder(lab)),
    sessions: new Sessions(() => ({ limits: { connectMs: 5_000, statementMs: 10_000 } })),
    log: silent,
    clock: systemClock,
    signal: new AbortController().signal,
  };
}
