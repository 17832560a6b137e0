import { createContext, Script } from 'node:vm';

const timedOut = 'ERR_SCRIPT_EXECUTION_TIMEOUT';

/** A computation that did not end in time. */
export class TimeLimitExceeded extends Error {}

/**
 * Runs a synchronous computation and stops it when it takes too long, wherever it is: the engine itself interrupts it, so that
 * not even a loop without an end in somebody's library can hold the function. What it computed by then is lost.
 * @throws TimeLimitExceeded
 */
export const withTimeLimit = <T>(limitMillis: number, compute: () => T): T => {
  const answer: { value?: T } = {};
  const run = (): void => {
    answer.value = compute();
  };
  try {
    new Script('run()').runInContext(createContext({ run }), { timeout: limitMillis });
  } catch (error) {
    // The error is of the new context's own making, so no instance of our Error.
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === timedOut) {
      throw new TimeLimitExceeded('The computation took too long', { cause: error });
    }
    throw error;
  }
  if (!('value' in answer)) throw new Error('The computation gave no answer');
  return answer.value as T;
};
