import { messageOf } from '../../base/errors.ts';
import { error, type Finding } from '../../base/finding.ts';

/** One thing to look at. */
export interface Job {
  /** For the progress line. */
  readonly title: string;
  run(): Promise<readonly Finding[]>;
}

/** Called with what is being looked at now, each time that changes. */
export type Progress = (titles: readonly string[]) => void;

/**
 * Runs the lanes side by side, the jobs of a lane in turn; the findings come in the jobs' order. A job that fails is an error of its own, so that
 * nothing passes for checked that was not.
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
    } catch (error) {
      return [notChecked(conf, title, messageOf(error))];
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

function notChecked(conf: string, title: string, why: string): Finding {
  const text = `${title}: could not be checked: ${why}`;
  const advice = 'mend that, and run the check again';
  return error('not_checked', conf, text, advice);
}
