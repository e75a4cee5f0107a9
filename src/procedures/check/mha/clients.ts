import type { Finding } from '../../../base/finding.ts';
import type { ClientQuestion } from './hostScript.ts';
import type { Find } from './inputs.ts';

/** What a host says of `mysql` or `mysqlbinlog`, as MHA would run it for the server with this index. */
export interface ClientAnswer {
  readonly index: number;
  readonly program: string;
  readonly state: 'ok' | 'fails' | 'missing';
  /** What `--version` printed. */
  readonly said: string;
}

/** From answers of the form `client INDEX PROGRAM STATE text`. */
export function clientsIn(answers: readonly string[]): ClientAnswer[] {
  return answers.flatMap((answer) => {
    const [, index, program = '', state, said = ''] =
      /^client (\d+) (\w+) (ok|fails|missing) ?(.*)$/.exec(answer) ?? [];
    if (state === undefined) return [];
    return [{ index: Number(index), program, state: state as ClientAnswer['state'], said: said.trim() }];
  });
}

/**
 * Whether MHA's clients fit their server. MHA copies rows with `mysqlbinlog | mysql`; a mysqlbinlog of the other maker reads
 * the binlogs without an error and leaves out what it does not know (seen). The first row that matches decides:
 *
 * | the program                              | finding                 |
 * |------------------------------------------|-------------------------|
 * | is not there                             | client_missing          |
 * | ends with an error                       | client_fails            |
 * | is not MySQL 8+'s, and the server is     | client_wrong            |
 * | is MySQL 8+'s, and the server MariaDB    | client_wrong            |
 * | is MariaDB's, and the server MySQL 5     | client_wrong            |
 * | is of an older version than the server   | client_older, a warning |
 */
export function clientFindings(
  answers: readonly ClientAnswer[],
  asked: readonly ClientQuestion[],
  find: Find,
): Finding[] {
  return answers.flatMap((answer) => {
    const question = asked[answer.index];
    return question ? judge(answer, question, find) : [];
  });
}

function judge({ program, state, said }: ClientAnswer, question: ClientQuestion, find: Find): Finding[] {
  const { server, version, bindir } = question;
  const place = bindir === '' ? 'in PATH of MHA’s ssh session' : `in client_bindir ${bindir}`;
  const install = 'install the clients of the server’s own version there, or correct client_bindir in MHA’s file';
  if (state === 'missing')
    return [find('client_missing', `${program} for ${server} is not ${place}: MHA could not copy rows`, install)];
  if (state === 'fails')
    return [find('client_fails', `${program} ${place} does not run: ${said}`, 'run it there with --version')];
  const maker = makerOf(said);
  const wanted = makersFor(version);
  if (!wanted.includes(maker.name)) {
    const text = `${program} ${place} is not for ${server}, ${version}: ${said}; a failover would lose rows or stop half-way`;
    const advice = `set client_bindir in MHA’s file to a folder with ${wanted[0]}’s mysql and mysqlbinlog`;
    return [find('client_wrong', text, advice)];
  }
  if (!isOlder(maker.version, numbersOf(version))) return [];
  const text = `${program} ${place} is older than ${server}, ${version}: ${said}`;
  return [{ ...find('client_older', text, install), level: 'warning' }];
}

type Maker = 'MySQL' | 'MariaDB' | 'MySQL 5 or MariaDB 10';

/** The makers whose programs can work with a server. */
function makersFor(version: string): readonly Maker[] {
  if (/MariaDB/i.test(version)) return ['MariaDB', 'MySQL 5 or MariaDB 10'];
  return numbersOf(version).major >= 8 ? ['MySQL'] : ['MySQL', 'MySQL 5 or MariaDB 10'];
}

/** The mysqlbinlog of MySQL 5 and of MariaDB 10 shows only a number of its own: `Ver 3.5`. */
function makerOf(said: string): { readonly name: Maker; readonly version: Numbers } {
  const release = numbersOf(/(?:Distrib|from) (\d+\.\d+)/.exec(said)?.[1] ?? '');
  if (/MariaDB/i.test(said)) return { name: 'MariaDB', version: release };
  const number = numbersOf(/Ver (\d+\.\d+)/.exec(said)?.[1] ?? '');
  if (release.major === 0 && number.major >= 8) return { name: 'MySQL', version: number };
  return { name: 'MySQL 5 or MariaDB 10', version: release };
}

interface Numbers {
  readonly major: number;
  readonly minor: number;
}

function numbersOf(version: string): Numbers {
  const [, major = '0', minor = '0'] = /^(?:5\.5\.5-(?=\d+\.\d+.*MariaDB))?(\d+)\.(\d+)/i.exec(version) ?? [];
  return { major: Number(major), minor: Number(minor) };
}

/** False if the program's version is not known. */
function isOlder(program: Numbers, server: Numbers): boolean {
  if (program.major === 0) return false;
  return program.major < server.major || (program.major === server.major && program.minor < server.minor);
}
