/**
 * Loaded with NODE_OPTIONS=--import into one of our commands: counts what it does to files in the journal's folder, and
 * with KILL_AT_WRITE="before 3" or "after 3" ends the process there as kill -9 does. Without, the count is written to
 * the file that COUNT_WRITES names.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const CHANGES = ['writeSync', 'linkSync', 'renameSync', 'unlinkSync', 'mkdirSync'];
const { KILL_AT_WRITE = '', COUNT_WRITES } = process.env;
const ours = new Set();
let count = 0;

const open = fs.openSync;
fs.openSync = (...args) => {
  const file = open(...args);
  if (concernsJournal(args)) ours.add(file);
  return file;
};

for (const name of CHANGES) {
  const original = fs[name];
  fs[name] = (...args) => {
    if (!concernsJournal(args)) return original(...args);
    count += 1;
    endAt('before', count);
    try {
      return original(...args);
    } finally {
      if (COUNT_WRITES) record();
      endAt('after', count);
    }
  };
}
const { writeFileSync } = fs;
syncBuiltinESMExports();

function concernsJournal([first]) {
  return typeof first === 'number' ? ours.has(first) : String(first).includes('/mha-helper');
}

function record() {
  writeFileSync(COUNT_WRITES, String(count));
}

function endAt(when, place) {
  if (KILL_AT_WRITE !== `${when} ${place}`) return;
  process.kill(process.pid, 'SIGKILL');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}
