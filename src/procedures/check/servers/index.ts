import type { Check } from '../context.ts';

/** What is asked of the servers themselves, in the order in which it is printed. */
export const SERVER_CHECKS: readonly Check[] = [];
