import { messageOf } from '../../base/errors.ts';
import { error, type Finding } from '../../base/finding.ts';

/** One thing to check. */
export interface Job {
  /** For the progress line. */
  readonly title: string;
  run(): Promise<readonly Finding[]>;
}

/** Called with the titles of the running jobs whenever they change. */
export type Progress = (titles: readonly string[]) => void;

/**
 * Runs the lanes in parallel and the jobs of a lane one after the other; the findings are in the jobs' order. A job that
 * fails is an error finding, so that nothing seems checked that was not.
 */
export async function runJobs(
  conf: string,
  lanes: readonly (readonly Job[])[],
  progress: Progress,
): Promise<Finding[]> {
  const running = new Set<string>();
  const one = async ({ title, run }: Job): Promise<readonly Finding[]> => {
    running.add(title);
    progress([...running]);
    try {
      return await run();
    } catch (failure) {
      const text = `${title}: could not be checked: ${messageOf(failure)}`;
      return [error('not_checked', conf, text, 'fix that, and run the check again')];
    } finally {
      running.delete(title);
      progress([...running]);
    }
  };
  const inTurn = async (lane: readonly Job[]): Promise<Finding[]> => {
    const found: Finding[] = [];
    for (const job of lane) found.push(...(await one(job)));
    return found;
  };
  return (await Promise.all(lanes.map(inTurn))).flat();
}
