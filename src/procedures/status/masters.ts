/**
 * Servers in the order in which they can be proven in sync: each in a round after its masters. Servers in a circle come
 * last, together.
 */
export function rounds(mastersOf: readonly (readonly number[])[]): number[][] {
  const done = new Set<number>();
  const result: number[][] = [];
  while (done.size < mastersOf.length) {
    const left = mastersOf.flatMap((_, index) => (done.has(index) ? [] : [index]));
    const ready = left.filter((index) => (mastersOf[index] ?? []).every((master) => done.has(master)));
    const round = ready.length > 0 ? ready : left;
    result.push(round);
    for (const index of round) done.add(index);
  }
  return result;
}
