import { only } from './broken.ts';
import { type Calendar, type Command, refusalOf, type Written } from './model.ts';
import { isDue, isFor, placeOf, there } from './waiting.ts';

/** What a sweep of offers owes to who waits, whatever else happens while it looks. */

type Sweep = Extract<Command, { readonly kind: 'sweep offers' }>;

/**
 * Whether a step of a sweep passed somebody over: in every state that it may have looked at they could have had the time,
 * and it went to somebody behind them, or to nobody. An opening is not given up either while they have another offer.
 */
export const isPassedOver = (states: readonly Calendar[], { now }: Sweep, written: Written): boolean => {
  const [openingId, offerId = ''] = [only(written.openings), ...written.offers];
  const before = states.at(-1);
  if (before === undefined || before.offers.has(offerId)) return false;
  if (there(before.openings, openingId).status !== 'open') return false;
  const line = [...before.entries.keys()];
  const ahead = written.entries.length === 0 ? line : line.slice(0, line.indexOf(only(written.entries)));
  const couldHave = (calendar: Calendar, entryId: string): boolean => {
    const [entry, opening] = [there(calendar.entries, entryId), calendar.openings.get(openingId)];
    if (opening === undefined || !isFor(calendar, opening, entry)) return false;
    if (entry.status === 'offered') return written.hasLapsed;
    return entry.status === 'waiting' && refusalOf(calendar, placeOf(opening, entry), now) === undefined;
  };
  return ahead.some((entryId) => states.every((calendar) => couldHave(calendar, entryId)));
};

/** The openings that were due when a sweep began, and all the while: each should have been looked at. */
export const leftDue = (states: readonly Calendar[], { now }: Sweep): readonly string[] =>
  [...(states[0]?.openings.keys() ?? [])].filter((id) =>
    states.every(({ openings }) => isDue(there(openings, id), now)),
  );
