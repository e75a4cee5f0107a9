import { standardError } from '../../adapters/terminal/output.ts';
import { oneLine } from '../../base/text.ts';
import type { Progress } from '../../procedures/check/run.ts';

/** A line on standard error that shows what is being checked; nothing if that is no terminal. */
export function progressLine(): { readonly show: Progress; clear(): void } {
  const stderr = standardError();
  if (!stderr.isTTY) return { show: () => {}, clear: () => {} };
  const clear = () => stderr.write('\r\u001b[K');
  const show: Progress = (titles) => {
    const text = titles.length === 0 ? '' : `checking ${oneLine(titles.join(', '))}`;
    stderr.write(`\r\u001b[K${text.slice(0, Math.max(stderr.columns - 1, 0))}`);
  };
  return { show, clear };
}
