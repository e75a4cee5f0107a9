import type { Row, Session } from '../../adapters/mysql/session.ts';

/**
 * What runs with an account's rights, in words, by `user@host`: triggers, and routines and views with SQL SECURITY DEFINER.
 * A replica uses these rights for statements that use them (seen on MariaDB 10.11 with a statement-based binlog: 1142
 * stopped the SQL thread of a former master whose accounts were still revoked).
 */
export async function readDefiners(session: Session): Promise<ReadonlyMap<string, string>> {
  const rows = await session.rows(
    `SELECT definer, MIN(what) AS what, COUNT(*) AS number FROM (${DEFINED}) AS defined GROUP BY definer`,
  );
  const more = ({ number }: Row) => (Number(number) > 1 ? ` (and ${Number(number) - 1} more)` : '');
  return new Map(rows.map((row) => [String(row.definer), `${row.what}${more(row)}`]));
}

const DEFINED = [
  "SELECT DEFINER AS definer, CONCAT('trigger ', TRIGGER_SCHEMA, '.', TRIGGER_NAME) AS what FROM information_schema.TRIGGERS",
  "SELECT DEFINER, CONCAT(LOWER(ROUTINE_TYPE), ' ', ROUTINE_SCHEMA, '.', ROUTINE_NAME) FROM information_schema.ROUTINES WHERE SECURITY_TYPE = 'DEFINER'",
  "SELECT DEFINER, CONCAT('view ', TABLE_SCHEMA, '.', TABLE_NAME) FROM information_schema.VIEWS WHERE SECURITY_TYPE = 'DEFINER'",
].join(' UNION ALL ');
