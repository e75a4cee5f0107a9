import { isMysql } from '../tools/lab/kind.ts';
import type { Lab } from '../tools/lab/lab.ts';
import { rightsOf } from './zoo/zoo.ts';

/** What the deeds are done to, besides what `FEW` makes. */
export const LEDGER = [
  'CREATE TABLE app.ledger (id INT PRIMARY KEY)',
  "CREATE USER keeper@'%' IDENTIFIED BY 'zpw-keeper'",
  "GRANT SELECT ON app.* TO keeper@'%'",
  "GRANT INSERT, DELETE ON app.ledger TO keeper@'%'",
];

/** What a DBA does in the middle of a switch, on the master of that moment. */
export const DEEDS = {
  nothing: [],
  'grant more on the same table': ["GRANT DELETE ON app.orders TO teller@'%'"],
  'grant more elsewhere': ["GRANT UPDATE ON app.ledger TO teller@'%'"],
  'revoke all': ["REVOKE ALL PRIVILEGES, GRANT OPTION FROM teller@'%'"],
  drop: ["DROP USER teller@'%'"],
  'make anew': ["DROP USER teller@'%'", "CREATE USER teller@'%' IDENTIFIED BY 'zpw-other'"],
  lock: ["ALTER USER teller@'%' ACCOUNT LOCK"],
  rename: ["RENAME USER teller@'%' TO cashier@'%'"],
  'disable the event': ['ALTER EVENT app.nightly DISABLE'],
  'drop the table': ['DROP TABLE app.ledger'],
} as const satisfies Record<string, readonly string[]>;

export type Deed = keyof typeof DEEDS;

/** A word that what is printed must hold, if the account is no longer the one that lost its rights. */
export const NAMED: Partial<Record<Deed, RegExp>> = { 'make anew': /teller/, rename: /teller|cashier/ };

/** Every account's rights; without what cannot be the same twice, and without what is of no use. */
export async function comparableRights(lab: Lab, index: number): Promise<Record<string, string[]>> {
  const rights = await rightsOf(lab.server(index));
  const entries = Object.entries(rights).map(([who, lines]) => [who, lines.filter(counts).map(withoutSalt)] as const);
  return Object.fromEntries(entries);
}

/** The table may be gone; what was granted on it then means nothing, and may stay or go. */
function counts(line: string): boolean {
  return !/ON `app`\.`ledger` TO .keeper/.test(line);
}

function withoutSalt(line: string): string {
  return isMysql && line.startsWith('CREATE USER') ? line.replace(/ AS '.*?' (?=REQUIRE)/s, ' ') : line;
}

/** What differs between the rights that are there and those that should be, by account. */
export function differences(now: Record<string, string[]>, due: Record<string, string[]>): string[] {
  return [...new Set([...Object.keys(now), ...Object.keys(due)])].flatMap((who) => {
    const [here, there] = [now[who], due[who]];
    if (here === undefined) return [`${who} is missing`];
    if (there === undefined) return [`${who} is there again`];
    const lost = there.filter((line) => !here.includes(line));
    const more = here.filter((line) => !there.includes(line));
    return lost.length + more.length > 0 ? [`${who}: lost ${lost.join('; ')} - has ${more.join('; ')}`] : [];
  });
}
