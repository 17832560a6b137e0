import { Temporal } from 'temporal-polyfill';
import { stepNamed } from '../../../../functions/messaging/core/message-plan.ts';
import { messageId, type Occasion, planFor } from '../../../../functions/messaging/core/plan.ts';
import { DEFAULT_SETTINGS } from '../../../../functions/messaging/core/settings.ts';
import { overlaps } from '../../../../functions/scheduling/core/day-sheet.ts';
import type { BusyInterval } from '../../../../functions/scheduling/core/types.ts';
import type { Item, Value } from '../../../helpers/memory-table/values.ts';
import { Broken } from './broken.ts';
import { type Calendar, dateOf, type Hold, isLive, needsRoom, type Place, takenBy, type Visit } from './model.ts';
import { isOpen, isOver } from './waiting.ts';
import { now, type World } from './world.ts';

/** Reads the table as it is stored, past every line of the app's own code, and holds it to the model. */
export const auditTable = (world: World, items: readonly Item[], calendar: Calendar): void => {
  const of = (entity: string) => items.filter((item) => item.entity === entity);
  checkSheets(world, of('DaySheet'), of('Offer'), calendar);
  checkAppointments(world, of('Appointment'), calendar);
  checkWaitingList(world, of, calendar);
  checkTexts(world, of('Message'), calendar);
};

const same = (what: string, found: unknown, expected: unknown): void => {
  const [left, right] = [JSON.stringify(found), JSON.stringify(expected)];
  if (left !== right) throw new Broken(`${what}: the table has ${left}, the model ${right}`);
};

const busyOf = (sheet: Item): readonly BusyInterval[] =>
  list(sheet.busy).map((entry) => ({
    startEpochMinute: Number(field(entry, 'startEpochMinute')),
    endEpochMinute: Number(field(entry, 'endEpochMinute')),
    heldBy: String(field(entry, 'heldBy')),
  }));

const list = (value: Value | undefined): readonly Value[] => (Array.isArray(value) ? value : []);

const field = (value: Value, name: string): Value | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;

/**
 * Every stretch on a sheet has its live visit, its hold or its offer there, every live visit and every hold or offer that
 * has not expired has its stretches, and none overlap. What has expired may still be written there: it no longer counts.
 */
const checkSheets = (
  world: World,
  sheets: readonly Item[],
  storedOffers: readonly Item[],
  { visits, holds, offers, closed, clock }: Calendar,
): void => {
  const offerOf = new Map(storedOffers.map(({ holdId, id }) => [String(holdId), String(id)]));
  const all = sheets.flatMap((sheet) =>
    busyOf(sheet).map(({ heldBy, ...interval }) => ({
      ...{ of: String(sheet.providerId), date: String(sheet.date), ...interval },
      heldBy: offerOf.get(heldBy) ?? heldBy,
    })),
  );
  const hasExpired = ({ heldBy }: Stretch) => {
    const hold = holds.get(heldBy);
    const offer = offers.get(heldBy);
    if (offer !== undefined) return offer.status !== 'accepted' && offer.expiresAt <= clock;
    return hold?.status === 'held' && hold.expiresAt <= clock;
  };
  // A day that was called off is laid over as a whole; what was booked stays beneath until it is cancelled.
  const isClosing = ({ heldBy }: Stretch) => heldBy.startsWith('exc_');
  const taken = all.filter((stretch) => !hasExpired(stretch) && !isClosing(stretch));
  const indexOf = ({ of }: Stretch) => world.providers.findIndex(({ id }) => id === of);
  const closings = all.filter(isClosing).map((stretch) => `${indexOf(stretch)} ${stretch.date}`);
  same('Days called off', closings.toSorted(), [...closed].toSorted());
  const ownerOf = ({ heldBy }: Stretch) => visits.get(heldBy) ?? holds.get(heldBy) ?? offers.get(heldBy);
  for (const one of taken) {
    const owner = ownerOf(one);
    for (const other of taken) {
      if (one === other || one.of !== other.of || !overlaps(one, other)) continue;
      const beside = ownerOf(other);
      const isSession = owner?.type === 'group' && beside?.type === 'group' && owner.start === beside.start;
      if (!isSession) throw new Broken(`${one.heldBy} and ${other.heldBy} overlap`);
    }
  }
  const isKept = (hold: Hold) => hold.status === 'held' && hold.expiresAt > clock;
  const live = [
    ...[...visits.values()].filter(isLive),
    ...[...holds.values()].filter(isKept),
    ...[...offers.values()].filter((offer) => isOpen(offer, clock)),
  ];
  const expected = live.flatMap((owner) => stretchesOf(world, owner));
  const line = ({ of, date, startEpochMinute, endEpochMinute, heldBy }: Stretch) =>
    [of, date, startEpochMinute, endEpochMinute, heldBy].join(' ');
  same('Day sheets', taken.map(line).toSorted(), expected.map(line).toSorted());
};

interface Stretch extends BusyInterval {
  readonly of: string;
  readonly date: string;
}

const stretchesOf = ({ providers, room }: World, owner: Place & { readonly id: string }): readonly Stretch[] => {
  const date = dateOf(owner.start);
  const resources = [providers[owner.provider]?.id ?? '', ...(needsRoom(owner.type) ? [room.id] : [])];
  return resources.map((of) => ({ of, date, ...takenBy(owner), heldBy: owner.id }));
};

const storedOf = (epochMinute: number): string => new Date(epochMinute * 60_000).toISOString().replace('.000Z', 'Z');

/** Each visit is as the model has it, and there are no others. */
const checkAppointments = (world: World, appointments: readonly Item[], calendar: Calendar): void => {
  const found = appointments.map((stored) => [
    ...[stored.id, stored.patientId, stored.providerId, stored.typeId, stored.start, stored.status],
    ...[stored.rev, stored.sequence, stored.confirmedSequence === stored.sequence],
    ...[stored.rescheduleRequestedAt !== undefined, stored.cancelledBy, stored.rebookedAs],
  ]);
  const expected = [...calendar.visits.values()].map((visit) => [
    ...[visit.id, world.patients[visit.patient]?.id, world.providers[visit.provider]?.id],
    ...[world.types[visit.type].id, storedOf(visit.start), visit.status, visit.rev, visit.sequence, visit.isConfirmed],
    ...[visit.isAskedToMove, visit.cancelledBy, visit.rebookedAs],
  ]);
  same('Visits', found.toSorted(byId), expected.toSorted(byId));
};

const byId = (one: readonly unknown[], other: readonly unknown[]) => (String(one[0]) < String(other[0]) ? -1 : 1);

/** Who waits, what was freed and what was offered is as the model has it, and a sweep finds what is not over. */
const checkWaitingList = (
  { providers, patients, types }: World,
  of: (entity: string) => readonly Item[],
  { entries, openings, offers }: Calendar,
): void => {
  const entriesFound = of('WaitingEntry').map((stored) => [
    ...[stored.id, stored.patientId, stored.typeId, stored.status, stored.offerId, stored.appointmentId, stored.rev],
    stored.lookupPk !== undefined,
  ]);
  const entriesExpected = [...entries.values()].map(({ id, patient, type, status, offer, visit, rev }) => [
    ...[id, patients[patient]?.id, types[type].id, status, offer, visit, rev],
    status === 'waiting' || status === 'offered',
  ]);
  same('Waiting list', entriesFound.toSorted(byId), entriesExpected.toSorted(byId));

  const openingsFound = of('Opening').map((stored) => [
    ...[stored.id, stored.providerId, stored.start, stored.freedBy, stored.givenUpBy, stored.status, stored.dueAt],
    ...[stored.rev, list(stored.offers).map((offer) => field(offer, 'offerId')), String(stored.dueSk)],
  ]);
  const openingsExpected = [...openings.values()].map((opening) => {
    const { id, provider, start, freedBy, givenUpBy, status, due, rev } = opening;
    return [
      ...[id, providers[provider]?.id, storedOf(start), freedBy, patients[givenUpBy]?.id, status, storedOf(due)],
      ...[rev, opening.offers, isOver(opening) ? 'undefined' : `${storedOf(due)}#${id}`],
    ];
  });
  same('Openings', openingsFound.toSorted(byId), openingsExpected.toSorted(byId));

  const offersFound = of('Offer').map((stored) => [
    ...[stored.id, stored.openingId, stored.entryId, stored.providerId, stored.typeId, stored.start, stored.status],
    ...[stored.patientId, stored.expiresAt, stored.appointmentId, stored.rev],
  ]);
  const offersExpected = [...offers.values()].map((offer) => [
    ...[offer.id, offer.opening, offer.entry, providers[offer.provider]?.id, types[offer.type].id],
    ...[storedOf(offer.start), offer.status, patients[entries.get(offer.entry)?.patient ?? -1]?.id],
    ...[storedOf(offer.expiresAt), offer.visit, offer.rev],
  ]);
  same('Offers', offersFound.toSorted(byId), offersExpected.toSorted(byId));
};

/** What is planned to be sent is what the last change of each visit calls for: nothing for a time that is not the visit's. */
const checkTexts = (world: World, messages: readonly Item[], calendar: Calendar): void => {
  const planned = messages.filter(({ status }) => status === 'planned').map(({ messageId }) => String(messageId));
  const expected = [
    ...[...calendar.visits.values()].flatMap((visit) => textsOf(world, visit)),
    // That the text of an offer that is over does not go is the sender's to see.
    ...[...calendar.offers.keys()].map((id) => messageId(id, 'waiting-offer', 0)),
  ];
  same('Planned texts', planned.toSorted(), expected.toSorted());
};

const textsOf = ({ patients, types }: World, visit: Visit): readonly string[] => {
  const patient = patients[visit.patient];
  if (patient === undefined) return [];
  const { id, sequence, start } = visit;
  const occasion: Occasion = !isLive(visit) ? 'cancelled' : sequence === 0 ? 'booked' : 'rescheduled';
  const steps = stepsFor(occasion, start, types[visit.type].minutes, patient.zone);
  // Where another visit's news told of this one too, it has none of its own.
  const own = visit.told > 0 ? steps : steps.filter((step) => stepNamed(step)?.anchor !== 'now');
  return [...own, ...(visit.isAskedToMove ? ['choose-another'] : [])].map((step) => messageId(id, step, sequence));
};

const known = new Map<string, readonly string[]>();

/** The names of the steps, computed once: there are few occasions and few times. */
const stepsFor = (occasion: Occasion, startMinute: number, minutes: number, zone: string): readonly string[] => {
  const key = [occasion, startMinute, minutes, zone].join();
  const steps = known.get(key);
  if (steps !== undefined) return steps;
  const start = Temporal.Instant.fromEpochMilliseconds(startMinute * 60_000);
  const visit = { id: '', sequence: 0, start, end: start.add({ minutes }), visitZone: zone, patientZone: zone };
  const planned = planFor({ occasion, visit, now, settings: DEFAULT_SETTINGS }).map(({ step }) => step);
  known.set(key, planned);
  return planned;
};
