import { setTimeout as sleep } from 'node:timers/promises';

/** Work whose function failed has another turn after three minutes: whoever waits less asks more than is promised. */
const limitMillis = 240_000;
const pauseMillis = 150;

/**
 * Asks again until there is an answer (anything but undefined and false).
 * @throws Error saying what was waited for, and the last failure, when there was none in time
 */
export const until = async <T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> => {
  const deadline = performance.now() + limitMillis;
  let failure: unknown;
  for (;;) {
    const askedAt = performance.now();
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
      failure = undefined;
    } catch (error) {
      failure = error;
    }
    if (performance.now() > deadline)
      throw new Error(
        `Waited ${limitMillis / 1000} s in vain: ${what}`,
        failure === undefined ? {} : { cause: failure },
      );
    // Asking is work for the clinic too: it gets as much time for what is waited for.
    await sleep(Math.max(pauseMillis, performance.now() - askedAt));
  }
};

/** Waits until what is asked for has stayed the same for a while: nothing more is on its way. */
export const untilStill = async <T>(ask: () => Promise<T>, stillMillis = 2_000): Promise<T> => {
  let last = JSON.stringify(await ask());
  let since = performance.now();
  return until('things come to rest', async () => {
    const now = await ask();
    const seen = JSON.stringify(now);
    if (seen !== last) {
      last = seen;
      since = performance.now();
    }
    return performance.now() - since > stillMillis ? now : undefined;
  });
};
