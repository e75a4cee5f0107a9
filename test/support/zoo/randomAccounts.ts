import fc from 'fast-check';
import { isMysql } from '../../tools/lab/kind.ts';

/** Statements that make some accounts and roles with rights of every kind, and those that remove them again. */
export interface RandomAccounts {
  readonly create: readonly string[];
  readonly drop: readonly string[];
}

/** What the accounts have rights on; made once, before any of them. */
export const RANDOM_OBJECTS = [
  'CREATE DATABASE IF NOT EXISTS app',
  'CREATE TABLE IF NOT EXISTS app.orders (id INT PRIMARY KEY, total INT, note VARCHAR(20))',
  'CREATE TABLE IF NOT EXISTS app.`od``d` (a INT, `b c` INT)',
  'DROP PROCEDURE IF EXISTS app.pay',
  'CREATE PROCEDURE app.pay() SELECT 1',
];

const nasty = fc.constantFrom(
  ...['a', 'B', '`', "'", '"', '\\', ' ', 'é', '名', '%', '_', '-', '@', ';', '#', '.', '$', '*', '\t'],
);
const name = fc.array(nasty, { minLength: 1, maxLength: 8 }).map((chars) => `r${chars.join('')}x`);
const host = fc.constantFrom('%', 'localhost', '10.%', '192.168.0.0/255.255.0.0', '%.example.com', '127.0.0.1');
const privileges = fc.constantFrom(
  'SELECT ON *.*',
  'ALL PRIVILEGES ON *.*',
  'RELOAD, PROCESS ON *.*',
  isMysql ? 'BACKUP_ADMIN, CONNECTION_ADMIN ON *.*' : 'BINLOG MONITOR, READ_ONLY ADMIN ON *.*',
  'SELECT, INSERT ON app.*',
  'ALL PRIVILEGES ON `a\\_p%`.*',
  'SELECT, CREATE ON app.orders',
  'UPDATE (total) ON app.orders',
  'SELECT (a), INSERT (a, `b c`) ON app.`od``d`',
  'DELETE ON app.`od``d`',
  'EXECUTE ON PROCEDURE app.pay',
  isMysql ? 'SYSTEM_USER, SUPER ON *.*' : 'USAGE ON *.*',
);

const account = fc.record({
  user: name,
  host,
  grants: fc.array(fc.record({ privileges, option: fc.boolean() }), { maxLength: 4 }),
  login: fc.constantFrom(
    '',
    " IDENTIFIED BY 'zpw-random'",
    ' REQUIRE SSL',
    ' ACCOUNT LOCK',
    " IDENTIFIED BY 'zpw-e' PASSWORD EXPIRE",
    " IDENTIFIED BY 'zpw-r' WITH MAX_USER_CONNECTIONS 7",
  ),
  roles: fc.array(fc.record({ index: fc.nat(3), admin: fc.boolean() }), { maxLength: 2 }),
  defaultRole: fc.boolean(),
  proxyFor: fc.option(fc.nat(5), { nil: undefined }),
});

const role = fc.record({ name, grants: fc.array(privileges, { maxLength: 2 }), member: fc.boolean() });

const shapes = fc.record({
  accounts: fc.uniqueArray(account, { minLength: 1, maxLength: 6, selector: (a) => `${a.user}@${a.host}` }),
  roles: fc.uniqueArray(role, { maxLength: 4, selector: (r) => r.name }),
});

/** Up to six accounts and four roles; a role may be a member of the next one. */
export const randomAccounts: fc.Arbitrary<RandomAccounts> = namedApart('');

/** Several of them that can stand side by side. */
export function randomLots(count: number): fc.Arbitrary<RandomAccounts[]> {
  return fc.tuple(...Array.from({ length: count }, (_, i) => namedApart(`${i}`)));
}

/** No two with different prefixes have a name in common: without one, every name begins with a letter. */
function namedApart(prefix: string): fc.Arbitrary<RandomAccounts> {
  return shapes.map(({ accounts, roles }) => {
    const users = accounts.map((a) => `${text(prefix + a.user)}@${text(a.host)}`);
    const names = roles.map((r, i) => `${id(`${prefix}${r.name}${i}`)}${isMysql && i % 2 === 1 ? "@'10.%'" : ''}`);
    return {
      create: [
        ...names.map((n) => `CREATE ROLE ${n}`),
        ...roles.flatMap((r, i) => r.grants.map((g) => `GRANT ${g} TO ${names[i]}`)),
        ...roles.flatMap((r, i) => (r.member && i > 0 ? [`GRANT ${names[i]} TO ${names[i - 1]}`] : [])),
        ...accounts.map((a, i) => `CREATE USER ${users[i]}${a.login}`),
        ...accounts.flatMap((a, i) => rights(a, String(users[i]), names, users)),
      ],
      drop: [...users.map((u) => `DROP USER ${u}`), ...names.map((n) => `DROP ROLE ${n}`)],
    };
  });
}

type Shape = typeof account extends fc.Arbitrary<infer T> ? T : never;

function rights(a: Shape, user: string, roles: readonly string[], users: readonly string[]): string[] {
  const held = new Set(a.roles.map((r) => r.index).filter((i) => i < roles.length));
  const proxied = a.proxyFor === undefined ? undefined : users[a.proxyFor];
  return [
    ...a.grants.map((g) => `GRANT ${g.privileges} TO ${user}${g.option ? ' WITH GRANT OPTION' : ''}`),
    ...[...held].map((i) => `GRANT ${roles[i]} TO ${user}${a.roles[0]?.admin ? ' WITH ADMIN OPTION' : ''}`),
    ...(a.defaultRole && held.size > 0 ? setDefaultRole(user, roles[Math.min(...held)] ?? '') : []),
    ...(proxied && proxied !== user ? [`GRANT PROXY ON ${proxied} TO ${user}`] : []),
  ];
}

/** MariaDB writes such a statement to the binlog unquoted, and odd names stop its own replicas (seen on 10.11). */
function setDefaultRole(user: string, role: string): string[] {
  if (isMysql) return [`ALTER USER ${user} DEFAULT ROLE ${role}`];
  return /^`\w+` '\w+'@/.test(`${role} ${user}`) ? [`SET DEFAULT ROLE ${role} FOR ${user}`] : [];
}

function text(value: string): string {
  return `'${value.replace(/\\/g, '\\\\').replace(/'/g, "''")}'`;
}

function id(value: string): string {
  return `\`${value.replace(/`/g, '``')}\``;
}
