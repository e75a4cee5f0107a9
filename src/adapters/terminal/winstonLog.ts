import { Writable } from 'node:stream';
import winston from 'winston';
import { printable } from '../../base/text.ts';
import type { Log, LogLevel } from '../log.ts';
import type { Output } from './output.ts';

const COLOURS = { error: '\u001b[31m', warning: '\u001b[33m', info: '', debug: '\u001b[2m' } as const;

/**
 * A log in MHA's form (`Sat Nov 21 03:11:01 2026 - [info] …`), like MHA's own lines in manager_log; in colour on a
 * terminal. Further lines of a message are indented and control characters replaced, so that no name in it can forge a line
 * or clear a screen.
 */
export function winstonLog(output: Output, level: LogLevel): Log {
  const line = winston.format.printf(({ level: at, message }) => {
    const text = printable(String(message)).replaceAll('\n', '\n  ');
    const plain = `${mhaTime(new Date())} - [${at}] ${text}`;
    const colour = output.isTTY ? COLOURS[at as LogLevel] : '';
    return colour ? `${colour}${plain}\u001b[0m` : plain;
  });
  const logger = winston.createLogger({
    levels: { error: 0, warning: 1, info: 2, debug: 3 },
    level,
    format: line,
    transports: [new winston.transports.Stream({ stream: toOutput(output) })],
  });
  const write = (at: LogLevel) => (message: string) => void logger.log(at, message);
  return { error: write('error'), warning: write('warning'), info: write('info'), debug: write('debug') };
}

function toOutput(output: Output): Writable {
  const write = (chunk: Buffer, _: BufferEncoding, done: () => void) => {
    output.write(chunk.toString());
    done();
  };
  return new Writable({ write });
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** In the format of Perl's `localtime`, which MHA uses. */
function mhaTime(at: Date): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  return `${DAYS[at.getDay()]} ${MONTHS[at.getMonth()]} ${String(at.getDate()).padStart(2, ' ')} ${time} ${at.getFullYear()}`;
}
