/** A MySQL account of the lab, valid from any host. */
export interface Account {
  readonly user: string;
  readonly password: string;
}

/**
 * The accounts every server of a lab has, directly and not through replication.
 *
 * MHA's password holds every awkward character that MHA 0.58 itself stands. What it cannot stand in a password: a
 * backslash before `"`, `$` or a backquote; two backslashes at the start with a character later that it escapes for the
 * shell; a quote at the end; ` ; ` (space, semicolon, space: its configuration reader cuts there); space at either end.
 * The replication password may hold no single quote and no backslash: MHA puts it into CHANGE MASTER as it is.
 */
export const accounts = {
  admin: { user: 'root', password: 'lab-admin' },
  mha: { user: 'mha', password: `p'w"$ \\x&;#(!)|*\`~<{?,=%@:/z` },
  repl: { user: 'repl', password: 'r"e $p#l&;,' },
  app: { user: 'app', password: 'lab-app' },
} as const satisfies Record<string, Account>;

/** The database the `app` account may use. */
export const APP_DATABASE = 'app';

/** What makes a fresh server a lab server, for a session whose binlog is off. */
export function accountStatements(mha: Account, repl: Account): string[] {
  return [
    ...create(accounts.admin, 'ALL PRIVILEGES ON *.*', 'WITH GRANT OPTION'),
    ...create(mha, 'ALL PRIVILEGES ON *.*', 'WITH GRANT OPTION'),
    ...create(repl, 'REPLICATION SLAVE, REPLICATION CLIENT ON *.*'),
    ...create(accounts.app, `ALL PRIVILEGES ON \`${APP_DATABASE}\`.*`),
  ];
}

function create(account: Account, privileges: string, option = ''): string[] {
  const name = `${quote(account.user)}@'%'`;
  return [
    `DROP USER IF EXISTS ${name}`,
    `CREATE USER ${name} IDENTIFIED BY ${quote(account.password)}`,
    `GRANT ${privileges} TO ${name} ${option}`,
  ];
}

/** An SQL string literal, for the server's default sql_mode. */
export function quote(value: string): string {
  return `'${value.replace(/[\\']/g, '\\$&')}'`;
}
