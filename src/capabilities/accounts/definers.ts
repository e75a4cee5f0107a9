import type { Session } from '../../adapters/mysql/session.ts';

/**
 * What runs with an account's rights, in words, by `user@host`: triggers, routines and views of the definer's own
 * security. A replica executes statements that use them with these rights (seen on MariaDB 10.11, a statement-based
 * binlog: 1142 stopped the SQL thread of a former master whose accounts were still revoked).
 */
export async function readDefiners(session: Session): Promise<ReadonlyMap<string, string>> {
  const rows = await session.rows(
    `SELECT definer, MIN(what) AS what, COUNT(*) AS number FROM (${DEFINED}) AS defined GROUP BY definer`,
  );
  return new Map(
    rows.map((row) => {
      const more = Number(row.number) - 1;
      return [String(row.definer), `${row.what}${more > 0 ? ` (and ${more} more)` : ''}`];
    }),
  );
}

const DEFINED = [
  "SELECT DEFINER AS definer, CONCAT('trigger ', TRIGGER_SCHEMA, '.', TRIGGER_NAME) AS what FROM information_schema.TRIGGERS",
  "SELECT DEFINER, CONCAT(LOWER(ROUTINE_TYPE), ' ', ROUTINE_SCHEMA, '.', ROUTINE_NAME) FROM information_schema.ROUTINES WHERE SECURITY_TYPE = 'DEFINER'",
  "SELECT DEFINER, CONCAT('view ', TABLE_SCHEMA, '.', TABLE_NAME) FROM information_schema.VIEWS WHERE SECURITY_TYPE = 'DEFINER'",
].join(' UNION ALL ');
