import type { Statement } from './proxy.ts';

const CHANGES = [
  'SET GLOBAL',
  ...['GRANT', 'REVOKE', 'ALTER', 'CREATE', 'DROP', 'RENAME', 'SET PASSWORD', 'SET DEFAULT ROLE'],
  ...['EXECUTE', 'INSERT', 'UPDATE', 'DELETE', 'REPLACE', 'TRUNCATE', 'LOAD DATA', 'CALL'],
  ...['KILL', 'FLUSH', 'RESET', 'CHANGE', 'START', 'STOP', 'LOCK', 'UNLOCK', 'PURGE', 'INSTALL', 'UNINSTALL'],
];

const CHANGING = new RegExp(`(?:^|;)\\s*(?:${CHANGES.join('|').replaceAll(' ', '\\s+')})\\b`, 'i');

/** True where one of a packet's statements changes something on the server that outlives its session. */
export function changesSomething(sql: string): boolean {
  return CHANGING.test(sql);
}

/** The statements that change something: what a run did, and where it can be cut off. A place is an index in this list. */
export function changes(statements: readonly Statement[]): Statement[] {
  return statements.filter(({ sql }) => changesSomething(sql));
}
