import { messageOf } from '../../base/errors.ts';
import type { Row, Session } from './session.ts';

export interface FailedStatement {
  readonly sql: string;
  readonly reason: string;
  readonly code: number | string | undefined;
}

/** One statement's rows, or why it failed. */
export type Answer = { readonly rows: Row[] } | { readonly failed: FailedStatement };

/** Statements in a packet: more gain nothing (measured). */
const PACKET = 100;
/** Characters in a packet: far below any max_allowed_packet, and done well before the deadline of a statement. */
const PACKET_CHARACTERS = 64_000;

/**
 * Sends many statements, up to a hundred in a packet. A packet that fails is sent again one statement at a time, to find
 * each that fails: every statement must therefore be harmless when repeated. `onAlone` is called for each of these.
 * @throws on a lost connection, an expired deadline, and whatever `onAlone` throws.
 */
export async function inPackets(
  session: Session,
  statements: readonly string[],
  onAlone: (answer: Answer) => Promise<void> = async () => {},
): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const packet of packetsOf(statements)) {
    try {
      answers.push(...(await session.many(packet)).map((rows) => ({ rows })));
    } catch (error) {
      if (!session.alive) throw error;
      for (const sql of packet) {
        const answer = await alone(session, sql);
        await onAlone(answer);
        answers.push(answer);
      }
    }
  }
  return answers;
}

function packetsOf(statements: readonly string[]): string[][] {
  const packets: string[][] = [];
  let room = 0;
  for (const sql of statements) {
    const last = packets.at(-1);
    room -= sql.length;
    if (last && last.length < PACKET && room >= 0) last.push(sql);
    else {
      packets.push([sql]);
      room = PACKET_CHARACTERS - sql.length;
    }
  }
  return packets;
}

async function alone(session: Session, sql: string): Promise<Answer> {
  try {
    return { rows: await session.rows(sql) };
  } catch (error) {
    if (!session.alive) throw error;
    return { failed: { sql, reason: messageOf(error), code: (error as { code?: number | string }).code } };
  }
}

export function failures(answers: readonly Answer[]): FailedStatement[] {
  return answers.flatMap((answer) => ('failed' in answer ? [answer.failed] : []));
}
