import ical, { ICalAttendeeRole, ICalAttendeeType, ICalCalendarMethod, ICalEventStatus } from 'ical-generator';
import { decodeTime } from 'ulid';
import type { InvitationMethod } from './invitation-status.ts';
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

export interface InvitationContent {
  readonly method: InvitationMethod;
  readonly visit: Pick<Appointment, 'id' | 'start' | 'end'>;
  readonly sequence: number;
  /** When it is made. */
  readonly at: string;
  readonly host: string;
  /** How the clinic is named: nothing that says what it treats. */
  readonly clinicName: string;
  readonly description: string;
  readonly organizer: string;
  readonly attendee: string;
}

/** A visit for the patient's own calendar (RFC 5546): the same UID always, a higher SEQUENCE each time it moves or is cancelled. */
export const visitInvitation = (content: InvitationContent): string => {
  const isCancelled = content.method === 'CANCEL';
  const calendar = ical({
    prodId: productId,
    method: isCancelled ? ICalCalendarMethod.CANCEL : ICalCalendarMethod.REQUEST,
  });
  calendar.createEvent({
    id: visitUid(content.visit.id, content.host),
    sequence: content.sequence,
    stamp: new Date(content.at),
    start: new Date(content.visit.start),
    end: new Date(content.visit.end),
    summary: `Visit: ${content.clinicName}`,
    description: content.description,
    status: isCancelled ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
    organizer: { name: content.clinicName, email: content.organizer },
    // The visit is agreed: no answer is waited for, and none is read.
    attendees: [
      {
        email: content.attendee,
        type: ICalAttendeeType.INDIVIDUAL,
        role: ICalAttendeeRole.REQ,
        rsvp: false,
      },
    ],
  });
  return calendar.toString();
};
