import type { Blocked } from '../../../capabilities/accounts/shutOut/blocked.ts';

/**
 * Shutting out many accounts takes a while, so those that no connected client can depend on come first. A client depends on the
 * accounts of its user's name, and perhaps on any role, on PUBLIC, and on what others hold as a role or proxy.
 */
export function byUse(blocked: readonly Blocked[], users: ReadonlySet<string>) {
  const held = new Set(blocked.flatMap((b) => b.grants).flatMap(heldName));
  const isInUse = ({ account: { kind, user } }: Blocked) =>
    kind !== 'user' || user === '' || users.has(user) || held.has(user);
  return { unused: blocked.filter((b) => !isInUse(b)), inUse: blocked.filter(isInUse) };
}

function heldName(grant: Blocked['grants'][number]): string[] {
  if (grant.kind === 'role') return [grant.role.user];
  return grant.kind === 'proxy' ? [grant.on.user] : [];
}
