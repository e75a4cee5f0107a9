/**
 * A program that takes the claim of a journal, for tests that need it taken by other processes: `claimant JOURNAL WHAT`.
 * It says what it did, a line each, and ends with its standard input.
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, closeSync, existsSync, openSync, readSync, unlinkSync } from 'node:fs';
import { Claim } from '../../../src/capabilities/journal/claim.ts';
import type { Held } from '../../../src/capabilities/journal/store.ts';

const [journal = '', what = ''] = process.argv.slice(2);

const say = (text: string) => process.stdout.write(`${text}\n`);

function take(): Held | undefined {
  try {
    const claim = Claim.take(journal, what);
    say('taken');
    return claim;
  } catch (error) {
    say(`refused: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}

/** Whoever holds the claim is alone in here. */
function workAlone(): void {
  const room = `${journal}.room`;
  try {
    closeSync(openSync(room, 'wx'));
  } catch {
    appendFileSync(`${journal}.wrong`, `${process.pid} was not alone\n`);
    return;
  }
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
  appendFileSync(`${journal}.done`, `${process.pid}\n`);
  unlinkSync(room);
}

function waitForEnd(): void {
  try {
    while (readSync(0, Buffer.alloc(1)) > 0);
  } catch {
    // Closed already.
  }
}

const MODES: Record<string, () => void> = {
  hold: () => {
    const claim = take();
    waitForEnd();
    claim?.release();
  },
  'hand over': () => take()?.handOver(),
  /** Hands over once the file `JOURNAL.go` is there. */
  'hand over later': () => {
    const claim = take();
    const timer = setInterval(() => {
      if (!existsSync(`${journal}.go`)) return;
      clearInterval(timer);
      claim?.handOver();
    }, 10);
  },
  'run a slow hook': () => {
    spawnSync(process.execPath, [process.argv[1] ?? '', journal, 'hand over later'], { stdio: 'inherit' });
  },
  /** As MHA runs a hook, and goes on once that has ended. */
  'run a hook': () => {
    const hook = spawnSync(process.execPath, [process.argv[1] ?? '', journal, 'hand over'], { encoding: 'utf8' });
    process.stdout.write(hook.stdout);
    waitForEnd();
  },
  /** Again and again until it had it some times; the last one is left behind by a process that has ended. */
  compete: () => {
    for (let had = 0; had < 3; ) {
      const claim = take();
      if (!claim) continue;
      workAlone();
      had += 1;
      if (had < 3) claim.release();
    }
    process.exit();
  },
};

MODES[what]?.();
