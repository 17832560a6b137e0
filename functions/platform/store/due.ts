import { sha256 } from '../ids.ts';

/**
 * The due index: what a sweep must look at, by kind and time, sparse. The keys name no clinic, because a sweep asks for
 * all of them (decision 4).
 */

/** One partition would be hot at nine in the morning; eight share the load and cost a query each. */
export const dueShards = 8;

const partitionOf = (kind: string, shard: number): string => `due#${kind}#${shard}`;
const shardOf = (id: string): number => Number.parseInt(sha256(id).slice(0, 2), 16) % dueShards;

/** The entry that brings a record back to the sweep of a kind at a time (RFC 3339 in UTC). */
export const dueEntry = (
  kind: string,
  id: string,
  dueAt: string,
): { readonly duePk: string; readonly dueSk: string } => ({
  duePk: partitionOf(kind, shardOf(id)),
  dueSk: `${dueAt}#${id}`,
});

/** The query for what is due in one shard, longest due first; for all there is of the kind without a time. */
export const dueQuery = (kind: string, shard: number, until?: string) => ({
  index: 'due' as const,
  partition: partitionOf(kind, shard),
  // '~' sorts after the '#' between time and id, so that the second itself is included.
  ...(until === undefined ? {} : { range: { lte: `${until}~` } }),
});

/** Runs a query of each shard at once. */
export const inAllShards = async <T>(ask: (shard: number) => Promise<readonly T[]>): Promise<readonly T[]> =>
  (await Promise.all(Array.from({ length: dueShards }, (_, shard) => ask(shard)))).flat();
