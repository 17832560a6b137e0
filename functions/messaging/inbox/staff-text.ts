import { Temporal } from 'temporal-polyfill';
import { findPatientsByPhone, loadPatient, type Patient } from '../../intake/patients.ts';
import type { Caller } from '../../platform/actor.ts';
import { toStored } from '../../platform/clock.ts';
import { optionalEnv } from '../../platform/config.ts';
import { type Id, newId } from '../../platform/ids.ts';
import { found, Problem } from '../../platform/problem.ts';
import { loadClinic } from '../../platform/store/clinic.ts';
import { untilWritten } from '../../platform/until-written.ts';
import { barOfAny, type ConsentBar } from '../consent/consent.ts';
import { getStanding, type Standing, standingCheckItem } from '../consent/standing-store.ts';
import { segment } from '../core/segments.ts';
import { STAFF_WARNINGS, type StaffWarning, warningsOf } from '../core/staff-lint.ts';
import { decideStaffText, staffBody } from '../core/staff-text.ts';
import { replied, type Thread } from '../core/thread.ts';
import { recipientOf } from '../plans/recipient.ts';
import { dispatch } from '../sending/dispatch.ts';
import { progressed } from '../sending/progress.ts';
import { loadSettings } from '../settings.ts';
import {
  cancelledByStaff,
  createMessageItem,
  getMessage,
  type Message,
  replaceMessageItem,
  staffText,
} from '../store.ts';
import {
  type CommitThread,
  loadThread,
  requireNobodyElse,
  requireRev,
  type ThreadOfPeople,
  threadOfPhone,
} from './inbox.ts';
import { threadEntryItem, threadItem, toEntryTime } from './thread-store.ts';

/** What a member of staff writes: to a thread, or to a patient, whose number's thread it becomes part of. */
export interface StaffTextCommand {
  readonly to: { readonly threadId: Id<'thread'> } | { readonly patientId: Id<'patient'> };
  readonly words: string;
  /** @default at once */
  readonly sendAt?: string | undefined;
  /** Whether the warnings have been read and it shall go all the same. */
  readonly confirmWarnings: boolean;
  readonly ifMatch?: number | undefined;
}

export interface WrittenText extends ThreadOfPeople {
  readonly message: Message;
  readonly warnings: readonly (StaffWarning | 'at-night')[];
  /** How many parts the carrier will charge for. */
  readonly segments: number;
}

const maxDaysAhead = 90;

/**
 * Sends what staff wrote, now or later, by the way of every text: planned in one transaction with its thread, claimed and
 * sent once. What it is held to here (opt-out, consent, the night) it is held to again when it is claimed.
 *
 * @throws Problem `opted-out`, `no-consent`, `quiet-hours`, `being-answered`, `confirm-warnings`; `stale` when somebody has written in the thread meanwhile
 */
export const writeStaffText = async (
  caller: Caller,
  command: StaffTextCommand,
  commit: CommitThread<WrittenText>,
): Promise<WrittenText> => {
  let first: Thread | undefined;
  const written = await untilWritten(async () => {
    const { thread, patient } = await addressee(caller, command);
    first ??= thread;
    requireUnanswered(first, thread);
    return writeOnce(caller, command, { thread, patient }, commit);
  });
  if (command.sendAt === undefined) await dispatch([{ clinicId: caller.clinicId, messageId: written.message.id }]);
  return written;
};

const writeOnce = async (
  caller: Caller,
  command: StaffTextCommand,
  { thread, patient }: Addressee,
  commit: CommitThread<WrittenText>,
): Promise<WrittenText> => {
  const { clinicId, actor, now } = caller;
  requireRev(thread, command.ifMatch);
  requireNobodyElse(thread, actor.id, toStored(now));
  const [standing, patients, clinic, settings] = await Promise.all([
    getStanding(clinicId, thread.phone),
    findPatientsByPhone(clinicId, thread.phone),
    loadClinic(clinicId),
    loadSettings(clinicId),
  ]);
  const people =
    patient === undefined || patients.some(({ id }) => id === patient.id) ? patients : [...patients, patient];
  const at = command.sendAt === undefined ? now : timeAhead(command.sendAt, now);
  const bar = barOfAny(standing, 'treatment', patient === undefined ? people.map(({ id }) => id) : [patient.id]);
  const isAtNight = requireTextable({ standing, bar, thread, at, ...recipientOf(people, thread.phone, settings) });
  const warnings = requireConfirmed(command, people);

  const message = plannedStaffText(caller, {
    to: thread.phone,
    words: command.words,
    at,
    patientId: patient?.id ?? (people.length === 1 ? people[0]?.id : undefined),
  });
  const isNow = command.sendAt === undefined;
  const after = {
    ...(isNow ? replied(thread, { at: toStored(now), by: actor.id }) : thread),
    isKnown: people.length > 0,
  };
  const written: WrittenText = {
    thread: { ...after, rev: after.rev + 1 },
    patients: people,
    message,
    warnings: isAtNight ? [...warnings, 'at-night'] : warnings,
    segments: segment(staffBody(clinic.brand, command.words)).segments,
  };
  await commit(
    [
      createMessageItem(caller, message),
      threadEntryItem(clinicId, {
        threadId: thread.id,
        at: toEntryTime(at),
        direction: 'out',
        textId: message.id,
        words: command.words,
        by: actor.id,
      }),
      threadItem(caller, after, isNow ? 'answered' : 'answer planned'),
      standingCheckItem(standing),
    ],
    written,
  );
  return written;
};

/** Of two who answer in the same moment the second reads first what the other wrote. @throws Problem `stale` */
const requireUnanswered = (first: Thread, now: Thread): void => {
  if (now.lastStaffAt !== first.lastStaffAt || now.lastInboundAt !== first.lastInboundAt) {
    throw new Problem('stale', 'Somebody has just written in this thread. Read it, then repeat.');
  }
};

interface Addressee {
  readonly thread: Thread;
  readonly patient?: Patient | undefined;
}

const addressee = async (caller: Caller, { to }: StaffTextCommand): Promise<Addressee> => {
  if ('threadId' in to) return { thread: await loadThread(caller.clinicId, to.threadId) };
  const patient = found(await loadPatient(caller.clinicId, to.patientId), 'patient');
  return { thread: await threadOfPhone(caller, patient.phone), patient };
};

const timeAhead = (sendAt: string, now: Temporal.Instant): Temporal.Instant => {
  const at = Temporal.Instant.from(sendAt);
  const isAhead = Temporal.Instant.compare(now, at) < 0;
  if (isAhead && Temporal.Instant.compare(at, now.add({ hours: 24 * maxDaysAhead })) <= 0) return at;
  throw badSendAt(
    'bad-input',
    'Correct the fields listed in errors.',
    `Expected a time in the next ${maxDaysAhead} days`,
  );
};

const badSendAt = (code: 'bad-input' | 'quiet-hours', detail: string, message: string): Problem =>
  new Problem(code, detail, [{ field: 'body.sendAt', message }]);

/** Whether it would go by night, as an answer may. @throws Problem when it may not go at that time */
const requireTextable = ({
  standing,
  bar,
  thread: { lastInboundAt },
  at,
  ...where
}: {
  readonly standing: Standing;
  /** Of whom it is written to. */
  readonly bar: ConsentBar | undefined;
  readonly thread: Thread;
  readonly at: Temporal.Instant;
} & ReturnType<typeof recipientOf>): boolean => {
  if (standing.unreachable !== undefined) {
    throw new Problem('invalid-state', 'Texts no longer reach the number. Call, and clear its task once it is right.');
  }
  if (standing.carrierRefusedAgainAt !== undefined) {
    throw new Problem('invalid-state', 'The carrier still refuses texts to the number: it has a task. Call instead.');
  }
  const decision = decideStaffText(
    { isOptedOut: bar === 'opted-out', hasAgreed: bar === undefined, lastInboundAt, plannedFor: at, ...where },
    at,
  );
  switch (decision.kind) {
    case 'send':
      return decision.isAtNight;
    case 'wait': {
      const until = toStored(decision.until);
      throw badSendAt(
        'quiet-hours',
        'It is too late or too early where the patient is.',
        `Send it at ${until} or later`,
      );
    }
    case 'refuse':
      throw decision.reason === 'opted-out'
        ? new Problem('opted-out', 'The number has said stop. Call instead; only START from it brings texts back.')
        : new Problem(
            'no-consent',
            'They have not agreed to texts, and nobody wrote from the number in the last 24 hours.',
          );
  }
};

const requireConfirmed = (
  { words, confirmWarnings }: StaffTextCommand,
  people: readonly Patient[],
): readonly StaffWarning[] => {
  const warnings = warningsOf(words, { people, ownLink: optionalEnv('PUBLIC_URL') });
  if (warnings.length === 0 || confirmWarnings) return warnings;
  throw new Problem(
    'confirm-warnings',
    'Read the warnings; to send it all the same, set confirmWarnings.',
    warnings.map((warning) => ({ field: 'body.words', message: `${warning}: ${STAFF_WARNINGS[warning]}` })),
  );
};

const plannedStaffText = (
  caller: Caller,
  { at, words, ...rest }: Pick<Message, 'to' | 'patientId'> & { readonly at: Temporal.Instant; readonly words: string },
): Message => {
  const causeId = newId('staffText', caller.now);
  const [createdAt, dueAt] = [toStored(caller.now), toStored(at)];
  return {
    ...rest,
    id: messageIdOf(causeId),
    clinicId: caller.clinicId,
    cause: 'staff',
    causeId,
    step: staffText,
    sequence: 0,
    kind: 'reminders',
    template: staffText,
    parameters: { words },
    createdAt,
    plannedFor: dueAt,
    dueAt,
    status: 'planned',
    history: [{ status: 'planned', at: createdAt }],
    attempts: 0,
    rev: 1,
  };
};

const messageIdOf = (textId: string): string => `${textId}#${staffText}#0`;

/** Takes back what is yet to be sent. @throws Problem `invalid-state` when it is on its way, or settled */
export const cancelStaffText = (
  caller: Caller,
  { threadId, textId }: { readonly threadId: Id<'thread'>; readonly textId: Id<'staffText'> },
  commit: CommitThread<Message>,
): Promise<Message> =>
  untilWritten(async () => {
    const [thread, message] = await Promise.all([
      loadThread(caller.clinicId, threadId),
      getMessage(caller.clinicId, messageIdOf(textId)),
    ]);
    const text = found(message?.to === thread.phone ? message : undefined, 'text');
    const cancelled = progressed(text, 'suppress', caller.now, { reason: cancelledByStaff });
    if (cancelled === undefined) throw new Problem('invalid-state', 'It has gone out already, or is on its way.');
    await commit([replaceMessageItem(caller, cancelled)], cancelled);
    return cancelled;
  });
