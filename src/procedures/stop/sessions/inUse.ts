import type { Blocked } from '../../../capabilities/accounts/shutOut/blocked.ts';

/** Whom to shut out first, and whom last. */
export interface ByUse {
  readonly unused: readonly Blocked[];
  readonly inUse: readonly Blocked[];
}

/**
 * Shutting out many accounts takes a while, and a client notices when its own is taken: those that nobody seen connected
 * can depend on come first. Whoever is connected depends on the accounts of that name, and perhaps on any role, on PUBLIC,
 * and on whatever others hold as a role or as a proxy.
 */
export function byUse(blocked: readonly Blocked[], users: ReadonlySet<string>): ByUse {
  const held = new Set(blocked.flatMap((b) => b.grants).flatMap(heldName));
  const isInUse = ({ account: { kind, user } }: Blocked) =>
    kind !== 'user' || user === '' || users.has(user) || held.has(user);
  return { unused: blocked.filter((b) => !isInUse(b)), inUse: blocked.filter(isInUse) };
}

function heldName(grant: Blocked['grants'][number]): string[] {
  if (grant.kind === 'role') return [grant.role.user];
  return grant.kind === 'proxy' ? [grant.on.user] : [];
}
