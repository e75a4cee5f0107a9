import { bin, type Command } from '../../support/commands.ts';
import { type RunResult, run } from '../lab/run.ts';
import { faint, fitted, line } from './page.ts';

/** Ends the command that runs now, as Ctrl-C would; set while one runs. */
export const running: { interrupt?: (() => Promise<void>) | undefined } = {};

/** Runs one of our commands and shows, as they come, the lines that tell how the switch goes. */
export async function show(command: Command, args: readonly string[]): Promise<RunResult> {
  line(fitted(`   $ ${command} ${args.map((arg) => arg.replace(/\/\S+\//, '')).join(' ')}`));
  const started = performance.now();
  const pieces = new Lines((text) => {
    if (pieces.inSummary) return line(faint(fitted(text.replaceAll(':3306', ''), -2)));
    const shown = toldBy(text);
    if (shown === undefined) return;
    const time = `${((performance.now() - started) / 1000).toFixed(2).padStart(5)} `;
    line(faint(`   ${fitted(`${time} ${shown}`, 3)}`.trimEnd()));
  });
  const ending = run(bin(command), args, {
    limitMs: 180_000,
    onOutput: (text) => pieces.add(text),
    onStart: (pid) => {
      running.interrupt = async () => {
        process.kill(pid, 'SIGINT');
        await ending.catch(() => {});
      };
    },
  });
  return ending.finally(() => {
    running.interrupt = undefined;
  });
}

/** Cuts output into lines, and notices where the command's own summary begins. */
class Lines {
  inSummary = false;
  #rest = '';
  readonly #onLine: (text: string) => void;

  constructor(onLine: (text: string) => void) {
    this.#onLine = onLine;
  }

  add(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const each of lines) {
      this.inSummary ||= each.startsWith('masterha_master_switch ended');
      if (!this.inSummary || each !== '') this.#onLine(each);
    }
  }
}

const LOG_LINE = /^\w{3} \w{3} +\d+ [\d:]{8} \d{4} - \[(\w+)\] ?(.*)$/;
const STEPS =
  /^(\* Phase \d[^.]*(Phase|phase)|original master .*: |new master .*: |switching from|\d+ (accounts|events?|sessions) |.* is dead: |-- Slave switch .* succeeded|Switching master to|Master failover to .* completed)/;

/** What a log line says, where it belongs to the story; undefined for the rest. */
function toldBy(text: string): string | undefined {
  const [, level = '', message = ''] = LOG_LINE.exec(text) ?? [];
  if (level === 'error') return `${level}: ${message}`;
  return STEPS.test(message) ? shortened(message) : undefined;
}

/** Without what the page has told already: ports, addresses of the two masters, the journal's path. */
function shortened(message: string): string {
  return message
    .replace(/\([\d.]+:\d+\)/g, '')
    .replace(/; journal \S+/, '')
    .replace(/^((?:original|new) master) [\d.]+:\d+/, '$1')
    .replace(/: done in (\d+ ms)$/, ' ($1)')
    .replaceAll(':3306', '');
}
