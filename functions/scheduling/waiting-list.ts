import { loadPatient } from '../intake/patients.ts';
import type { Caller } from '../platform/actor.ts';
import { toStored } from '../platform/clock.ts';
import type { Commit } from '../platform/http/api.ts';
import { type Id, newId } from '../platform/ids.ts';
import { badFields, type FieldError, found, Problem } from '../platform/problem.ts';
import type { QueryPage } from '../platform/store/records.ts';
import { localDateOf } from '../platform/time.ts';
import { untilWritten } from '../platform/until-written.ts';
import { firstModality, requirePatientKind, stateAtVisit } from './book.ts';
import { getAppointmentType, getProvider } from './catalog-store.ts';
import type { AppointmentType } from './core/types.ts';
import { type Offer, type WaitingCriteria, type WaitingEntry, waitingTransitions } from './core/waiting-list.ts';
import { endOfferItems } from './offer-end.ts';
import {
  getOffer,
  getWaitingEntry,
  offersOfEntry,
  pageOfLine,
  waitingEntryItem,
  wholeLine,
} from './waiting-list-store.ts';

/** Who waits for an earlier time: the front desk's side of the waiting list. */

export type JoinCommand = Omit<WaitingCriteria, 'zone'> & {
  readonly patientId: Id<'patient'>;
  /** @default the patient's own */
  readonly zone?: string | undefined;
};

/**
 * Puts a patient on the list. What could never be offered to them is refused now, by its field, and not silently for
 * ever: a provider who does not offer the type, a way it does not take place, a state nobody knows.
 */
export const joinWaitingList = async (caller: Caller, command: JoinCommand, commit: Commit) => {
  const { patientId, ...wishes } = command;
  const [knownPatient, knownType] = await Promise.all([
    loadPatient(caller.clinicId, patientId),
    getAppointmentType(caller.clinicId, wishes.typeId),
  ]);
  const patient = found(knownPatient, 'patient');
  const type = found(knownType, 'appointment type');
  const criteria: WaitingCriteria = { ...wishes, zone: wishes.zone ?? patient.zone };
  await requireSoundWishes(caller, type, criteria);
  await requirePatientKind(caller, type, patient);
  await stateAtVisit(caller, criteria.modality ?? firstModality(type), patient, criteria.patientState);
  // The line is read from an index that may lag: of two who put somebody on at the same moment, both may. The second
  // place costs an offer that is declined.
  const line = await wholeLine(caller.clinicId, type.id);
  if (line.some((entry) => entry.patientId === patientId)) {
    throw new Problem('already-exists', 'This patient waits for this type of visit already.');
  }
  const entry: WaitingEntry = {
    id: newId('waitingEntry', caller.now),
    clinicId: caller.clinicId,
    patientId,
    criteria,
    status: 'waiting',
    since: toStored(caller.now),
    rev: 1,
  };
  const view = entryViewOf(entry);
  await commit([waitingEntryItem(caller, entry, 'joined the waiting list')], view);
  return view;
};

const requireSoundWishes = async (caller: Caller, type: AppointmentType, wishes: WaitingCriteria): Promise<void> => {
  if (!type.active) throw new Problem('slot-not-offered', 'This type of visit is not offered any more.');
  const { providerIds = [], timeFrom = '00:00', timeTo = '24:00', firstDate, lastDate, modality, zone } = wishes;
  const errors: FieldError[] = [];
  const providers = await Promise.all(providerIds.map((id) => getProvider(caller.clinicId, id)));
  for (const [index, provider] of providers.entries()) {
    if (!type.providerIds.includes(found(provider, 'provider').id)) {
      errors.push({ field: `body.providerIds.${index}`, message: 'Does not offer this type of visit' });
    }
  }
  if (modality !== undefined && !type.modalities.includes(modality)) {
    errors.push({ field: 'body.modality', message: `Expected one of: ${type.modalities.join(', ')}` });
  }
  if (minutesBetween(timeFrom, timeTo) < type.minutes) {
    errors.push({ field: 'body.timeTo', message: `At least ${type.minutes} minutes after timeFrom: a visit's length` });
  }
  if (lastDate !== undefined) {
    if (firstDate !== undefined && lastDate < firstDate) {
      errors.push({ field: 'body.lastDate', message: 'Must not be before firstDate' });
    } else if (lastDate < localDateOf(caller.now, zone)) {
      errors.push({ field: 'body.lastDate', message: 'Is over already' });
    }
  }
  if (errors.length > 0) throw badFields(errors);
};

const minutesBetween = (from: string, to: string): number => minuteOfDay(to) - minuteOfDay(from);
const minuteOfDay = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/** Who waits for a type of visit, in their order. */
export const listWaitingList = async (caller: Caller, typeId: Id<'appointmentType'>, page: QueryPage) => {
  found(await getAppointmentType(caller.clinicId, typeId), 'appointment type');
  const { items, cursor } = await pageOfLine(caller.clinicId, typeId, page);
  return { items: items.map(entryViewOf), cursor };
};

/** A place in the line with the history of its offers. */
export const readWaitingEntry = async (caller: Caller, id: Id<'waitingEntry'>) => {
  const entry = found(await getWaitingEntry(caller.clinicId, id), 'place on the waiting list');
  const offers = await offersOfEntry(caller.clinicId, id);
  return { ...entryViewOf(entry), offers: offers.map(offerHistoryOf) };
};

/** Takes a patient off the list; again, changes nothing. An offer they have is withdrawn and goes to the next. */
export const leaveWaitingList = (
  caller: Caller,
  request: {
    readonly id: Id<'waitingEntry'>;
    readonly ifMatch: number | undefined;
    readonly reason?: string | undefined;
  },
  commit: Commit,
) =>
  untilWritten(async () => {
    const entry = found(await getWaitingEntry(caller.clinicId, request.id), 'place on the waiting list');
    if (request.ifMatch !== undefined && request.ifMatch !== entry.rev) {
      throw new Problem('stale', 'The place on the waiting list has changed since you read it. Read it again.');
    }
    if (entry.status === 'booked') throw new Problem('invalid-state', 'They have taken a time from the list already.');
    if (entry.status === 'left') {
      const view = entryViewOf(entry);
      await commit([], view);
      return view;
    }
    const left: WaitingEntry = {
      ...entry,
      status: waitingTransitions[entry.status].leave,
      offerId: undefined,
      leftBecause: request.reason,
      rev: entry.rev + 1,
    };
    const view = entryViewOf(left);
    await commit(await leavingItems(caller, entry, left), view);
    return view;
  });

const leavingItems = async (caller: Caller, entry: WaitingEntry, left: WaitingEntry) => {
  const offer = entry.offerId === undefined ? undefined : await getOffer(caller.clinicId, entry.offerId);
  return offer === undefined
    ? [waitingEntryItem(caller, left, left.leftBecause ?? 'left the waiting list')]
    : endOfferItems(caller, offer, 'withdrawn', left);
};

const entryViewOf = ({ criteria, id, patientId, status, since, appointmentId, leftBecause, rev }: WaitingEntry) => ({
  id,
  patientId,
  ...criteria,
  providerIds: criteria.providerIds === undefined ? undefined : [...criteria.providerIds],
  weekdays: criteria.weekdays === undefined ? undefined : [...criteria.weekdays],
  status,
  since,
  appointmentId,
  leftBecause,
  rev,
});

const offerHistoryOf = (offer: Offer) => ({
  id: offer.id,
  providerId: offer.providerId,
  start: offer.start,
  end: offer.end,
  zone: offer.zone,
  wallTime: offer.wallTime,
  status: offer.status,
  offeredAt: offer.offeredAt,
  expiresAt: offer.expiresAt,
  endedAt: offer.endedAt,
  appointmentId: offer.appointmentId,
});
