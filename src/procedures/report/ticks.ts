const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500];
const SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 43_200, 86_400].map((s) => s * 1000);

/** At most seven round marks for a scale of this length, from 0 on; `at` in milliseconds. */
export function ticksOf(lengthMs: number): { at: number; label: string }[] {
  const step = [...STEPS, ...SECONDS].find((ms) => lengthMs / ms <= 6) ?? lengthMs / 6;
  const count = Math.min(Math.floor(lengthMs / step), 6);
  return Array.from({ length: count + 1 }, (_, i) => ({ at: i * step, label: labelOf(i * step, step) }));
}

function labelOf(ms: number, step: number): string {
  if (ms === 0) return '0';
  if (step < 1000 && ms < 1000) return `${ms} ms`;
  if (ms < 120_000) return `${Number((ms / 1000).toFixed(2))} s`;
  if (ms < 7_200_000) return `${Number((ms / 60_000).toFixed(1))} min`;
  return ms < 172_800_000 ? `${Number((ms / 3_600_000).toFixed(1))} h` : `${Number((ms / 86_400_000).toFixed(1))} d`;
}
