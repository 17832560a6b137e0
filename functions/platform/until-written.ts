import { Problem } from './problem.ts';
import { ConditionFailed, Contended } from './store/records.ts';

/** Rounds of read, decide, write. Each lost round means that somebody else's write of the same got through. */
const attempts = 12;
const baseMillis = 10;
const longestMillis = 250;

/**
 * Runs read, decide, write again when another write came in between: the new state decides, which may well mean that
 * what was wanted cannot be had any more.
 * @throws Problem `busy` when others keep coming in between; nothing was written then.
 */
export const untilWritten = async <T>(round: () => Promise<T>): Promise<T> => {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    try {
      return await round();
    } catch (error) {
      if (!(error instanceof ConditionFailed || error instanceof Contended)) throw error;
      const waitMillis = Math.random() * Math.min(longestMillis, baseMillis * 2 ** attempt);
      await new Promise((resolve) => setTimeout(resolve, waitMillis));
    }
  }
  throw new Problem('busy', 'Others are changing the same right now. Please try again.');
};
