/**
 * One after the other what is about the same thing, in this worker: texts of one phone that arrive together would each read
 * the thread, and all but one of them have to read it again. Between workers the thread's revision decides.
 */
const lastOf = new Map<string, Promise<unknown>>();

/** Runs `work` once whatever was begun before it under the same key has ended, well or not. */
export const inTurn = <T>(key: string, work: () => Promise<T>): Promise<T> => {
  const before = lastOf.get(key) ?? Promise.resolve();
  const mine = before.then(work, work);
  lastOf.set(key, mine);
  const forget = (): void => {
    if (lastOf.get(key) === mine) lastOf.delete(key);
  };
  mine.then(forget, forget);
  return mine;
};
