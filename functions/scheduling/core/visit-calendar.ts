import ical, { ICalEventStatus } from 'ical-generator';
import { decodeTime } from 'ulid';
import type { Appointment, Modality } from './types.ts';

/** Visits as iCalendar (RFC 5545). All times are written in UTC: a calendar shows them in its owner's zone. */

const productId = { company: 'Plumbline', product: 'Scheduling', language: 'EN' };

/** What a calendar may say of a visit: how it takes place, never with whom or why. */
const modalityWords: Readonly<Record<Modality, string>> = {
  'in-person': 'in person',
  video: 'video',
  audio: 'phone',
};

/** The name of a visit in calendars, the same for every patient and reason. */
export const visitSummary = (modality: Modality): string => `Visit (${modalityWords[modality]})`;

/** A visit's name in every calendar, for ever: its id at the clinic's host. */
export const visitUid = (appointmentId: Appointment['id'], host: string): string => `${appointmentId}@${host}`;

/** When the visit was first agreed: its id says it. What changed since is told by the sequence. */
const createdAt = (appointment: Pick<Appointment, 'id'>): Date =>
  new Date(decodeTime(appointment.id.slice('apt_'.length)));

type Visit = Pick<Appointment, 'id' | 'start' | 'end' | 'modality' | 'sequence'>;

/** A provider's visits for their own calendar program. The same visits give the same bytes. */
export const visitFeed = (
  visits: readonly Visit[],
  { host, name }: { readonly host: string; readonly name: string },
): string => {
  const calendar = ical({ prodId: productId, name, ttl: 5 * 60 });
  for (const visit of visits.toSorted((a, b) => (a.start < b.start || (a.start === b.start && a.id < b.id) ? -1 : 1))) {
    calendar.createEvent({
      id: visitUid(visit.id, host),
      stamp: createdAt(visit),
      start: new Date(visit.start),
      end: new Date(visit.end),
      summary: visitSummary(visit.modality),
      sequence: visit.sequence,
      status: ICalEventStatus.CONFIRMED,
    });
  }
  return calendar.toString();
};
