import { Temporal } from 'temporal-polyfill';
import type { Caller } from '../platform/actor.ts';
import type { Id } from '../platform/ids.ts';
import { Contended } from '../platform/store/records.ts';
import { localDateOf } from '../platform/time.ts';
import { getProvider, getRoom } from './catalog-store.ts';
import { checkSlot, purposeOf, type SlotRefusal } from './core/check-slot.ts';
import { isFree, isWithinDay, joinsSession, occupy, type Purpose, release } from './core/day-sheet.ts';
import { defaultStepMinutes } from './core/slots.ts';
import type {
  Appointment,
  AppointmentType,
  Companion,
  DaySheet,
  MinuteRange,
  Provider,
  ResourceId,
  VisitTime,
} from './core/types.ts';
import { instantOfEpochMinute } from './core/visit-time.ts';
import { getHoursMark } from './hours-store.ts';
import { type HoursMark, lastKnownZone, withHours } from './known-hours.ts';
import { getSheet } from './store.ts';

/**
 * Taking and giving back time: which day sheets a visit touches, with its room and its second provider, and what is on
 * them afterwards. Whoever books, moves, holds or cancels writes the sheets that come out of here in its transaction.
 */

/** Time that somebody has on day sheets: an appointment's, or a hold's. */
export interface Held {
  readonly heldBy: string;
  readonly start: Temporal.Instant;
  readonly resources: readonly Companion[];
}

/** What an appointment has: its provider's time, and that of what it needs besides. */
export const heldTime = (appointment: Appointment): Held => ({
  heldBy: appointment.id,
  start: Temporal.Instant.from(appointment.start),
  resources: [{ id: appointment.providerId, zone: appointment.zone }, ...(appointment.companions ?? [])],
});

export interface Wish {
  readonly provider: Provider;
  readonly type: AppointmentType;
  readonly start: Temporal.Instant;
  /** Who will hold the time. */
  readonly heldBy: string;
  readonly patientState?: string | undefined;
  /** Only starts that a search offers. The front desk may take any whole minute. */
  readonly onlyOffered?: boolean | undefined;
  /** Time that is given back by the same write: that of the visit which moves, of the hold which becomes a visit. */
  readonly insteadOf?: Held | undefined;
  /** From when on the time is free again by itself. @default never */
  readonly expiresAtEpochSecond?: number | undefined;
  /** The provider's day, if it was just read: see {@link readAhead}. @default it is read now */
  readonly seen?: SeenDay | undefined;
}

/** A provider's day as it was read before the provider was. */
export interface SeenDay {
  readonly sheet: DaySheet;
  readonly mark: HoursMark;
}

/**
 * Reads the day a visit will most likely be on beside its provider and not after (see `together`): a day sheet is of a local
 * date, and the zone that makes it one is the provider's, who is known to a worker that has booked with them before. Who has
 * another zone by now has another sheet, and `takeTime` reads that one.
 */
export const readAhead = async (
  { clinicId, now }: Caller,
  { providerId, start }: { readonly providerId: Id<'provider'>; readonly start: string },
): Promise<SeenDay | undefined> => {
  const zone = lastKnownZone(clinicId, providerId);
  if (zone === undefined) return undefined;
  const date = localDateOf(Temporal.Instant.from(start), zone);
  const [sheet, mark] = await Promise.all([getSheet(clinicId, providerId, date, zone, now), getHoursMark(clinicId)]);
  return { sheet, mark };
};

export type TakenTime =
  | {
      readonly ok: true;
      readonly time: VisitTime;
      readonly companions: readonly Companion[];
      /** The sheets to write, each one revision on. */
      readonly sheets: readonly DaySheet[];
    }
  | { readonly ok: false; readonly code: SlotRefusal };

/**
 * Reads the day sheets a wish touches and says what they will be, or why the time cannot be had. Writes nothing.
 * @throws Contended when the visit moved after it was read: read it again.
 */
export const takeTime = async (caller: Caller, wish: Wish): Promise<TakenTime> => {
  const { type, start, heldBy, patientState } = wish;
  const { clinicId, now } = caller;
  const date = localDateOf(start, wish.provider.zone);
  const seconds = type.secondProviderIds.filter((id) => id !== wish.provider.id);
  const isSeen = wish.seen !== undefined && isOf(wish.seen.sheet, wish.provider, date);
  const seen = isSeen ? wish.seen : undefined;
  // All that needs nothing but the wish is read in one round.
  const [provider, rooms, others, given, own] = await Promise.all([
    withHours(clinicId, wish.provider, date, seen),
    Promise.all(type.roomIds.map((id) => getRoom(clinicId, id))),
    Promise.all(seconds.map((id) => getProvider(clinicId, id))),
    readSheets(caller, wish.insteadOf),
    isOnSheet(wish.insteadOf, wish.provider.id, date)
      ? undefined
      : (seen?.sheet ?? getSheet(clinicId, wish.provider.id, date, wish.provider.zone, now)),
  ]);
  const sheets = new SheetSet(given, heldBy);
  for (const sheet of given) sheets.put(release(sheet, wish.insteadOf?.heldBy ?? heldBy));

  const sheet = own === undefined ? await sheets.of(caller, provider, start) : sheets.add(own);
  const stepMinutes = wish.onlyOffered ? defaultStepMinutes : undefined;
  const answer = checkSlot({ provider, type, sheet, start, now, stepMinutes, patientState });
  if (!answer.ok) return answer;

  const purpose: Purpose = { ...purposeOf(type), expiresAtEpochSecond: wish.expiresAtEpochSecond };
  const companions: Companion[] = [];
  if (type.roomIds.length > 0) {
    const room = await firstFree(caller, sheets, rooms, answer.occupies, purpose, async (_, roomSheet) =>
      isWithinDay(roomSheet, answer.occupies),
    );
    if (room === undefined) return { ok: false, code: 'slot-taken' };
    companions.push(room);
  }
  if (type.secondProviderIds.length > 0) {
    const second = await firstFree(caller, sheets, others, answer.occupies, purpose, async (other, otherSheet) => {
      const hours = await withHours(clinicId, other, otherSheet.date);
      return checkSlot({ provider: hours, type, sheet: otherSheet, start, now, patientState }).ok;
    });
    if (second === undefined) return { ok: false, code: 'slot-taken' };
    companions.push(second);
  }
  for (const { id, zone } of [{ id: provider.id, zone: provider.zone }, ...companions]) {
    const taken = occupy(await sheets.of(caller, { id, zone }, start), answer.occupies, heldBy, purpose);
    if (!taken.ok) return { ok: false, code: taken.code === 'slot-taken' ? 'slot-taken' : 'outside-hours' };
    sheets.put(taken.sheet);
  }
  return { ok: true, time: answer.time, companions, sheets: sheets.changed() };
};

/** The sheets without what somebody has on them, to be written where they changed. */
export const giveBack = async (caller: Caller, held: Held): Promise<readonly DaySheet[]> => {
  const before = await readSheets(caller, held);
  const sheets = new SheetSet(before);
  for (const sheet of before) sheets.put(release(sheet, held.heldBy));
  return sheets.changed();
};

const readSheets = (caller: Caller, held: Held | undefined): Promise<readonly DaySheet[]> =>
  Promise.all(
    (held?.resources ?? []).map(({ id, zone }) =>
      getSheet(caller.clinicId, id, localDateOf(held?.start ?? caller.now, zone), zone, caller.now),
    ),
  );

const isOf = (sheet: DaySheet, { id, zone }: Pick<Provider, 'id' | 'zone'>, date: string): boolean =>
  sheet.providerId === id && sheet.zone === zone && sheet.date === date;

/** Whether time is held on a resource's sheet of a date, which is then read with it. */
const isOnSheet = (held: Held | undefined, resourceId: ResourceId, date: string): boolean =>
  held?.resources.some(({ id, zone }) => id === resourceId && localDateOf(held.start, zone) === date) ?? false;

/**
 * The first of several resources that is there, in use and free, in the order the type names them; but the one where the
 * session already is before all others, so that a group stays together.
 */
const firstFree = async <R extends { readonly id: ResourceId; readonly zone: string; readonly active: boolean }>(
  caller: Caller,
  sheets: SheetSet,
  candidates: readonly (R | undefined)[],
  range: MinuteRange,
  purpose: Purpose,
  isFit: (candidate: R, sheet: DaySheet) => Promise<boolean>,
): Promise<Companion | undefined> => {
  let first: Companion | undefined;
  for (const candidate of candidates) {
    if (candidate === undefined || !candidate.active) continue;
    const sheet = await sheets.of(caller, candidate, instantOfEpochMinute(range.startEpochMinute));
    if (!isFree(sheet, range, undefined, purpose) || !(await isFit(candidate, sheet))) continue;
    const { id, zone } = candidate;
    if ((purpose.capacity ?? 1) === 1 || joinsSession(sheet, range, purpose)) return { id, zone };
    first ??= { id, zone };
  }
  return first;
};

/** Sheets as read and as they will be, so that several changes of one sheet are one write. */
class SheetSet {
  readonly #before = new Map<string, DaySheet>();
  readonly #after = new Map<string, DaySheet>();

  readonly #mover: string | undefined;

  /** @param mover who gives back its time on these sheets and takes time on others, where it cannot be yet */
  constructor(sheets: readonly DaySheet[], mover?: string) {
    this.#mover = mover;
    for (const sheet of sheets) this.#keep(sheet);
  }

  /** The sheet of the local day on which an instant is, read once. */
  async of(caller: Caller, { id, zone }: Companion, at: Temporal.Instant): Promise<DaySheet> {
    const date = localDateOf(at, zone);
    const known = this.#after.get(keyOf({ providerId: id, date }));
    if (known !== undefined) return known;
    return this.add(await getSheet(caller.clinicId, id, date, zone, caller.now));
  }

  /** A sheet that was just read, on which the mover has nothing yet. */
  add(sheet: DaySheet): DaySheet {
    // Moved here by somebody else since the visit was read: its own time would refuse it.
    if (sheet.busy.some((interval) => interval.heldBy === this.#mover)) throw new Contended('The visit has just moved');
    return this.#keep(sheet);
  }

  put(sheet: DaySheet): void {
    this.#after.set(keyOf(sheet), sheet);
  }

  /** What differs from what was read, each exactly one revision on. */
  changed(): readonly DaySheet[] {
    return [...this.#after].flatMap(([key, sheet]) => {
      const before = this.#before.get(key);
      return before === undefined || before === sheet ? [] : [{ ...sheet, rev: before.rev + 1 }];
    });
  }

  #keep(sheet: DaySheet): DaySheet {
    this.#before.set(keyOf(sheet), sheet);
    this.#after.set(keyOf(sheet), sheet);
    return sheet;
  }
}

const keyOf = ({ providerId, date }: Pick<DaySheet, 'providerId' | 'date'>): string => `${providerId}|${date}`;
