/**
 * Loaded with --import: the process stops itself (SIGSTOP) before each change that it makes to the files of
 * a claim, and says so.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

for (const name of ['writeFileSync', 'linkSync', 'renameSync', 'unlinkSync', 'rmSync']) {
  const original = fs[name];
  fs[name] = (...args) => {
    if (args.some((arg) => String(arg).includes('.claim'))) halt();
    return original(...args);
  };
}
syncBuiltinESMExports();

function halt() {
  fs.writeSync(1, 'halt\n');
  process.kill(process.pid, 'SIGSTOP');
}
