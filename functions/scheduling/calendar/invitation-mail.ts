import { longDate, phoneText, timeOfDay, zoneName } from '../../../web/visit/wording.ts';
import type { Patient } from '../../intake/patients.ts';
import type { Clinic } from '../../platform/store/clinic.ts';
import type { Invitation } from '../core/invitation-status.ts';
import type { Appointment } from '../core/types.ts';
import { visitInvitation } from '../core/visit-calendar.ts';

export interface InvitationMail {
  readonly invitation: Invitation;
  readonly appointment: Appointment;
  readonly patient: Pick<Patient, 'zone'> & { readonly email: string };
  readonly clinic: Pick<Clinic, 'brand' | 'phone'>;
  /** The address it comes from. */
  readonly sender: string;
  readonly host: string;
  readonly at: string;
}

/**
 * The e-mail that carries an invitation (RFC 5322, 6047). An e-mail is read by whoever opens the mailbox: it holds the time, the clinic's
 * brand and its number; not who treats, what for, or how. The subject does not even hold the time.
 */
export const invitationMail = (mail: InvitationMail): string => {
  const { invitation, appointment, patient, clinic, sender, host, at } = mail;
  const words = wordsOf(mail);
  const calendar = visitInvitation({
    method: invitation.method,
    visit: appointment,
    sequence: invitation.sequence,
    at,
    host,
    clinicName: clinic.brand,
    description: `Questions? Call ${phoneText(clinic.phone)}.`,
    organizer: sender,
    attendee: patient.email,
  });
  // Base64 has no underscore: this line is in neither part.
  const boundary = `=_${invitation.appointmentId}_${invitation.sequence}`;
  return [
    `From: ${encodedWord(clinic.brand)} <${sender}>`,
    `To: ${patient.email}`,
    `Subject: ${encodedWord(words.subject)}`,
    'MIME-Version: 1.0',
    'Auto-Submitted: auto-generated',
    `Content-Type: multipart/alternative; boundary="${boundary}"`,
    '',
    ...part(boundary, 'text/plain; charset=utf-8', words.text),
    ...part(boundary, `text/calendar; charset=utf-8; method=${invitation.method}`, calendar),
    `--${boundary}--`,
    '',
  ].join('\r\n');
};

const wordsOf = ({
  invitation: { method, sequence },
  appointment: { start },
  patient: { zone },
  clinic: { brand, phone },
}: InvitationMail): { readonly subject: string; readonly text: string } => {
  const when = `${longDate(start, zone)} at ${timeOfDay(start, zone)} (${zoneName(start, zone)})`;
  const call = `Questions, or another time? Call ${phoneText(phone)}. Nobody reads answers to this e-mail.`;
  const say = (subject: string, sentence: string) => ({
    subject: `${brand}: ${subject}`,
    text: `${brand}\r\n\r\n${sentence}\r\n\r\n${call}\r\n`.replaceAll('\u00a0', ' '),
  });
  if (method === 'CANCEL') return say('your visit is cancelled', `Your visit on ${when} is cancelled.`);
  if (sequence > 0) return say('your visit has moved', `Your visit has moved. It is now on ${when}.`);
  return say('your visit', `Your visit is on ${when}.`);
};

const part = (boundary: string, type: string, content: string): readonly string[] => [
  `--${boundary}`,
  `Content-Type: ${type}`,
  'Content-Transfer-Encoding: base64',
  '',
  ...(base64(content).match(/.{1,76}/g) ?? []),
];

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

/** Text for a header (RFC 2047): encoded whole, so that no character in it can begin another header. */
const encodedWord = (text: string): string => `=?UTF-8?B?${base64(text)}?=`;
