/** Work on many things at once, but not on all of them. */

/**
 * Does a piece of work for each of `all`, in their order, so many at a time.
 * @throws what the first piece that fails throws, at once: what is under way then goes on, unheard
 */
export const inLanes = async <T>(
  all: Iterable<T>,
  lanes: number,
  work: (one: T) => Promise<unknown>,
): Promise<void> => {
  const left = Iterator.from(all);
  const lane = async (): Promise<void> => {
    for (let next = left.next(); !next.done; next = left.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
};

/** All in their order, in pieces of `size`, the last one of what is left. */
export const piecesOf = <T>(all: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size));
