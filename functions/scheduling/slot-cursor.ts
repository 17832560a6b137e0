import * as z from 'zod';
import { BadCursor } from '../platform/store/records.ts';
import type { Rank } from './core/rank.ts';
import type { Slot } from './core/visit-time.ts';

/**
 * Where a list of free times goes on: after a slot, by its place in the order and not by its number, so that bookings in between
 * move nothing. A ranked list also keeps when it began, since scores count days from then.
 */
export type SlotCursor = Pick<Slot, 'startEpochMinute' | 'providerId'> &
  (
    | { readonly order: 'start' }
    | { readonly order: 'best'; readonly score: Rank['score']; readonly asOfEpochMinute: number }
  );

/** Far beyond any horizon, and well within what an instant can be. */
const latestEpochMinute = 100_000_000;
const epochMinute = z.number().int().min(0).max(latestEpochMinute);
const place = { at: epochMinute, by: z.templateLiteral(['prv_', z.string().max(40)]) };
const shape = z.union([
  z.strictObject({ ...place, order: z.literal('start') }),
  z.strictObject({ ...place, order: z.literal('best'), score: z.number().int().min(0).max(100), since: epochMinute }),
]);

export const encodeSlotCursor = (cursor: SlotCursor): string => {
  const place = { at: cursor.startEpochMinute, by: cursor.providerId };
  const content: z.output<typeof shape> =
    cursor.order === 'start'
      ? { ...place, order: 'start' }
      : { ...place, order: 'best', score: cursor.score, since: cursor.asOfEpochMinute };
  return Buffer.from(JSON.stringify(content)).toString('base64url');
};

/** @throws BadCursor when it is not one of a list in this order. */
export const decodeSlotCursor = <O extends SlotCursor['order']>(
  text: string,
  order: O,
): Extract<SlotCursor, { readonly order: O }> => {
  const cursor = read(text);
  if (!isOf(cursor, order)) throw new BadCursor('The cursor does not belong to this list');
  return cursor;
};

const isOf = <O extends SlotCursor['order']>(
  cursor: SlotCursor | undefined,
  order: O,
): cursor is Extract<SlotCursor, { readonly order: O }> => cursor?.order === order;

const read = (text: string): SlotCursor | undefined => {
  try {
    const { at, by, ...rest } = shape.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    const place = { startEpochMinute: at, providerId: by };
    return rest.order === 'start'
      ? { ...place, order: 'start' }
      : { ...place, order: 'best', score: rest.score, asOfEpochMinute: rest.since };
  } catch {
    return undefined; // one answer for everything that is not a cursor of ours
  }
};
