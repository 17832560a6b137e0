import { Temporal } from 'temporal-polyfill';
import { loadPatient, type Patient } from '../intake/patients.ts';
import { loadStanding, mayBeTexted } from '../messaging/consent/consent.ts';
import { opensAt, treatmentWindow } from '../messaging/core/texting-window.ts';
import { planOffer } from '../messaging/plans/plan.ts';
import { dispatch } from '../messaging/sending/dispatch.ts';
import { offerTextStanding } from '../messaging/sending/offer-text.ts';
import { loadSettings } from '../messaging/settings.ts';
import { type Caller, stampOf } from '../platform/actor.ts';
import { toStored } from '../platform/clock.ts';
import { type Id, newId } from '../platform/ids.ts';
import { log } from '../platform/log.ts';
import { metricNames } from '../platform/metric-names.ts';
import { count, seconds } from '../platform/metrics.ts';
import { Problem } from '../platform/problem.ts';
import { inAllShards } from '../platform/store/due.ts';
import { ConditionFailed, Contended, transact } from '../platform/store/records.ts';
import { firstModality, requirePatientKind, stateAtVisit } from './book.ts';
import { getProvider, listAppointmentTypes } from './catalog-store.ts';
import { hasStarted } from './core/appointment-status.ts';
import type { AppointmentType, Provider } from './core/types.ts';
import { instantOfEpochMinute } from './core/visit-time.ts';
import {
  type Candidate,
  type LapseReason,
  type Offer,
  type Opening,
  offerRefusal,
  type SuitableTime,
  suitsSomebodyAsked,
  type Turn,
  turnsFor,
  type WaitingEntry,
  waitingTransitions,
} from './core/waiting-list.ts';
import { type TakenTime, takeTime } from './occupancy.ts';
import { endOfferItems, returned } from './offer-end.ts';
import { sheetItem } from './store.ts';
import {
  dueOpenings,
  getOffer,
  getOpening,
  getWaitingEntry,
  offerItem,
  openingItem,
  waitingEntryItem,
  wholeLine,
} from './waiting-list-store.ts';

/**
 * Freed time finds who waits for it. Each minute's sweep takes the openings that are due one step on, in one transaction
 * each: offered to the first in line whom it suits, or to the next when an offer has ended, or lapsed when nobody is
 * left. Whatever dies in between, the opening stays due, and the next sweep goes on from what is written.
 */

/** The most one sweep takes from one shard, longest due first; the rest is due in the next minute still. */
const maxPerShard = 100;
/** Steps of one opening in one sweep: an offer ended and the next made is two. */
const stepsPerSweep = 8;
/** An offer whose text has not gone yet is looked at again: if it cannot go, the next in line is not kept waiting. */
const textCheckMinutes = 2;
/** An opening whose only takers have another offer just now is looked at again: they may leave that one. */
const lookAgainMinutes = 5;

/** @returns how many openings it found due */
export const sweepOffers = async (now: Temporal.Instant, requestId: string): Promise<number> => {
  const due = await inAllShards(async (shard) => {
    const { items } = await dueOpenings(shard, toStored(now), { limit: maxPerShard });
    return items;
  });
  const oldest = due.map(({ dueAt }) => dueAt).toSorted()[0];
  const oldestSeconds = oldest === undefined ? 0 : Temporal.Instant.from(oldest).until(now).total('seconds');
  seconds(metricNames.oldestDueSeconds, Math.max(0, Math.round(oldestSeconds)));

  const failures: unknown[] = [];
  for (const { clinicId, id } of due) {
    const actor = { kind: 'automation', id: 'scheduling-offers' } as const;
    try {
      await advance({ clinicId, actor, requestId, now }, id);
    } catch (error) {
      // One opening that cannot go on must not hold up the others; the alarm on errors rings all the same.
      failures.push(error);
      log.error('opening not advanced', error, { requestId, clinicId });
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} openings could not be advanced`);
  return due.length;
};

const advance = async (caller: Caller, id: Id<'opening'>): Promise<void> => {
  for (let step = 0; step < stepsPerSweep; step += 1) {
    const opening = await getOpening(caller.clinicId, id);
    // The index may lag: somebody took it, or another sweep was here a moment ago.
    if (opening === undefined || opening.dueAt > toStored(caller.now)) return;
    try {
      if (opening.status === 'open') return await offerNext(caller, opening);
      if (opening.status !== 'offered') return;
      if ((await reviewOffer(caller, opening)) === 'stands') return;
    } catch (error) {
      // The time was booked, the offer accepted, the person gone in between: what is so now decides.
      if (!(error instanceof ConditionFailed || error instanceof Contended)) throw error;
    }
  }
};

/** Ends an offer whose time is up, or whose text cannot go; otherwise says when to look again. */
const reviewOffer = async (caller: Caller, opening: Opening): Promise<'stands' | 'ended'> => {
  const current = opening.offers.at(-1);
  const [offer, entry] = await Promise.all([
    current && getOffer(caller.clinicId, current.offerId),
    current && getWaitingEntry(caller.clinicId, current.entryId),
  ]);
  if (offer === undefined || entry === undefined) throw new Error('An offered opening has an offer and its person');
  // Since the opening was read: whoever ended it has said already what its person and its opening are now.
  if (offer.status !== 'offered') return 'ended';
  const isOver = offerRefusal(offer, caller.now) === 'over';
  const text = isOver ? 'gone' : await offerTextStanding(caller.clinicId, offer.id);
  if (isOver || text === 'lost') {
    await transact(await endOfferItems(caller, offer, isOver ? 'expired' : 'not-sent', returned(entry)));
    return 'ended';
  }
  const dueAt = text === 'gone' ? offer.expiresAt : earlier(offer.expiresAt, textCheckAt(caller.now));
  await transact([openingItem(caller, { ...opening, dueAt, rev: opening.rev + 1 })]);
  return 'stands';
};

const textCheckAt = (now: Temporal.Instant): string => toStored(now.add({ minutes: textCheckMinutes }));
const earlier = (a: string, b: string): string => (a < b ? a : b);

/** Offers an opening to the first in line whom it suits, puts it off until they wake, or lets it lapse. */
const offerNext = async (caller: Caller, opening: Opening): Promise<void> => {
  if (hasStarted(opening, caller.now)) return lapse(caller, opening, 'started');
  const provider = await getProvider(caller.clinicId, opening.providerId);
  if (provider === undefined || !provider.active) return lapse(caller, opening, 'nobody-waits');
  const types = (await listAppointmentTypes(caller.clinicId)).filter(
    (type) => type.active && type.providerIds.includes(provider.id),
  );
  const line = await lineFor(caller, types);
  const typeOf = new Map(line.map(({ entry, type }) => [entry.id, type] as const));
  let isAskedMeanwhile = false;
  for (const turn of turnsFor(opening, line, caller.now)) {
    const type = typeOf.get(turn.entry.id);
    const entry = await getWaitingEntry(caller.clinicId, turn.entry.id);
    if (type === undefined || entry === undefined) continue;
    const chosen = await choose(caller, { opening, provider, type, entry });
    if (chosen === undefined) {
      // The line is read from an index, which may lag behind an offer made a moment ago; and one that was made while they
      // were looked at may be what keeps this time from them.
      isAskedMeanwhile ||= entry.status === 'offered' || !(await isUnchanged(entry));
      continue;
    }
    if (Temporal.Instant.compare(chosen.turn.offerAt, caller.now) > 0) {
      return putOff(caller, opening, chosen.turn.offerAt);
    }
    return makeOffer(caller, opening, chosen);
  }
  if (isAskedMeanwhile || suitsSomebodyAsked(opening, line, caller.now)) {
    return putOff(caller, opening, caller.now.add({ minutes: lookAgainMinutes }));
  }
  return lapse(caller, opening, 'nobody-waits');
};

const isUnchanged = async ({ clinicId, id, rev }: WaitingEntry): Promise<boolean> =>
  (await getWaitingEntry(clinicId, id))?.rev === rev;

const putOff = (caller: Caller, opening: Opening, until: Temporal.Instant): Promise<void> =>
  transact([openingItem(caller, { ...opening, dueAt: toStored(until), rev: opening.rev + 1 })]);

/** Everybody who waits for a visit of these types, as far as an index knows. */
const lineFor = async (
  caller: Caller,
  types: readonly AppointmentType[],
): Promise<readonly (Candidate & { readonly type: AppointmentType })[]> => {
  const lines = await Promise.all(
    types.map(async (type) => {
      const entries = await wholeLine(caller.clinicId, type.id);
      return entries.map((entry) => ({ entry, type, minutes: type.minutes, textableFrom: caller.now }));
    }),
  );
  return lines.flat();
};

interface Chosen {
  readonly provider: Provider;
  readonly type: AppointmentType;
  readonly patient: Patient;
  readonly turn: Turn;
  readonly time: SuitableTime;
  readonly patientState: string | undefined;
  readonly holdId: Id<'hold'>;
  readonly taken: Extract<TakenTime, { readonly ok: true }>;
}

/** Looks closer at one person, read just now: can they be texted, may they have this visit, is the time free? */
const choose = async (
  caller: Caller,
  question: {
    readonly opening: Opening;
    readonly provider: Provider;
    readonly type: AppointmentType;
    readonly entry: WaitingEntry;
  },
): Promise<Chosen | undefined> => {
  const { opening, provider, type, entry } = question;
  const patient = await loadPatient(caller.clinicId, entry.patientId);
  if (patient === undefined) return undefined;
  if (!mayBeTexted(await loadStanding(caller.clinicId, patient.phone), patient.id)) return undefined;
  const window = treatmentWindow(await loadSettings(caller.clinicId));
  const textableFrom = opensAt(caller.now, [patient.zone], window);
  if (textableFrom === undefined) return undefined;
  const [turn] = turnsFor(opening, [{ entry, minutes: type.minutes, textableFrom }], caller.now);
  if (turn === undefined) return undefined;
  const place = await placeOf(caller, entry, type, patient);
  if (place === undefined) return undefined;

  const holdId = newId('hold', caller.now);
  for (const time of turn.times) {
    const taken = await takeTime(caller, {
      provider,
      // How short the notice may be is theirs to say, not the type's.
      type: { ...type, leadMinutes: 0 },
      start: instantOfEpochMinute(time.startEpochMinute),
      heldBy: holdId,
      patientState: place.patientState,
      expiresAtEpochSecond: Math.floor(time.offerUntil.epochMilliseconds / 1000),
    });
    if (taken.ok) return { provider, type, patient, turn, time, holdId, taken, ...place };
  }
  return undefined;
};

/** Where the patient will be at the visit; undefined when they may not have it, being new or nowhere known. */
const placeOf = async (
  caller: Caller,
  { criteria }: WaitingEntry,
  type: AppointmentType,
  patient: Patient,
): Promise<{ readonly patientState: string | undefined } | undefined> => {
  try {
    await requirePatientKind(caller, type, patient);
    const modality = criteria.modality ?? firstModality(type);
    return { patientState: await stateAtVisit(caller, modality, patient, criteria.patientState) };
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
};

/** The time held, the offer, its text, the place in the line and the opening, in one transaction. */
const makeOffer = async (caller: Caller, opening: Opening, chosen: Chosen): Promise<void> => {
  const { provider, type, patient, turn, time, patientState, holdId, taken } = chosen;
  const { entry } = turn;
  const now = toStored(caller.now);
  const offer: Offer = {
    id: newId('offer', caller.now),
    clinicId: caller.clinicId,
    openingId: opening.id,
    entryId: entry.id,
    patientId: patient.id,
    providerId: provider.id,
    typeId: type.id,
    modality: entry.criteria.modality ?? firstModality(type),
    patientState,
    ...taken.time,
    holdId,
    companions: taken.companions,
    status: 'offered',
    offeredAt: now,
    expiresAt: toStored(time.offerUntil),
    rev: 1,
  };
  const text = planOffer(caller, offer, patient.phone);
  const stamp = stampOf(caller, 'offered to the waiting list');
  await transact([
    ...taken.sheets.map((sheet) => sheetItem(caller.clinicId, sheet, stamp)),
    offerItem(caller, offer),
    waitingEntryItem(
      caller,
      { ...entry, status: waitingTransitions.waiting.offer, offerId: offer.id, rev: entry.rev + 1 },
      'offered a freed time',
    ),
    openingItem(caller, {
      ...opening,
      status: 'offered',
      dueAt: earlier(offer.expiresAt, textCheckAt(caller.now)),
      offers: [...opening.offers, { offerId: offer.id, entryId: entry.id }],
      rev: opening.rev + 1,
    }),
    ...text.items,
  ]);
  await dispatch(text.refs);
};

const lapse = async (caller: Caller, opening: Opening, lapsedBecause: LapseReason): Promise<void> => {
  await transact([openingItem(caller, { ...opening, status: 'lapsed', lapsedBecause, rev: opening.rev + 1 })]);
  count(metricNames.freedSlotsLapsed);
};
