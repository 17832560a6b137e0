import { warningsOf } from '../core/staff-lint.ts';
import { queueOf } from '../core/thread.ts';
import { type Message, staffText } from '../store.ts';
import type { CannedReply } from '../templates/canned.ts';
import type { Line, ThreadEntry, ThreadOfPeople } from './inbox.ts';
import type { WrittenText } from './staff-text.ts';

/** The inbox as the API shows it. */

export const threadView = ({ thread, patients }: ThreadOfPeople) => {
  const { clinicId: _, isKnown: __, afterHoursOn: ___, ...shown } = thread;
  return {
    ...shown,
    queue: queueOf(thread).kind,
    patients: patients.map(({ id, givenName, familyName }) => ({ id, givenName, familyName })),
  };
};

export const entryView = ({ textId, at, direction, words, by, intent }: ThreadEntry) => ({
  id: textId,
  at,
  direction,
  words,
  by,
  intent,
});

const sentView = (message: Message) => ({
  template: message.template,
  ...(message.template === staffText ? {} : { parameters: message.parameters }),
  status: message.status,
  reason: message.statusReason,
  patientId: message.patientId,
  appointmentId: message.appointmentId,
});

/** A staff text is called by the id that takes it back. */
const idOf = ({ entry, message }: Line): string => (message?.cause === 'staff' ? message.causeId : entry.textId);

export const lineView = (line: Line) => ({
  ...entryView(line.entry),
  ...(line.message === undefined ? {} : sentView(line.message)),
  id: idOf(line),
});

export const staffTextView = (message: Message, by?: string) => ({
  ...sentView(message),
  id: message.causeId,
  at: message.plannedFor,
  direction: 'out' as const,
  words: message.parameters.words,
  by,
});

export const writtenView = ({ message, warnings, segments, ...thread }: WrittenText, by: string) => ({
  text: staffTextView(message, by),
  thread: threadView(thread),
  warnings,
  segments,
});

export const cannedReplyView = ({ clinicId: _, ...reply }: CannedReply, ownLink: string | undefined) => ({
  ...reply,
  warnings: warningsOf(reply.words, { people: [], ownLink }),
});
