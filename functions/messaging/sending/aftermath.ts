import { loadPatient } from '../../intake/patients.ts';
import type { Caller } from '../../platform/actor.ts';
import { toStored } from '../../platform/clock.ts';
import { type TransactItem, together } from '../../platform/store/records.ts';
import { getStanding, standingItem } from '../consent/standing-store.ts';
import { messageId } from '../core/plan.ts';
import { reachAfter } from '../core/reach.ts';
import { writtenInVain } from '../core/thread.ts';
import { withoutText } from '../core/told.ts';
import { openTaskItems } from '../inbox/tasks.ts';
import { getThread, threadIdOf, threadItem } from '../inbox/thread-store.ts';
import { cancelledByStaff, createMessageItem, emailStepOf, getMessage, type Message } from '../store.ts';

/**
 * What follows from a text having come to its end, for the transaction that records the end: what is known of its number from now on,
 * an e-mail in the place of a reminder that did not arrive, and an open thread where staff wrote in vain. The on-call number is the
 * clinic's own.
 */
export const aftermathItems = async (caller: Caller, ended: Message): Promise<readonly TransactItem[]> => {
  if (ended.cause === 'triage' || ended.channel === 'email') return [];
  const items = await Promise.all([reachItems(caller, ended), emailItems(caller, ended), threadItems(caller, ended)]);
  return items.flat();
};

const reachItems = async (caller: Caller, ended: Message): Promise<readonly TransactItem[]> => {
  if (ended.status !== 'failed' && ended.status !== 'delivered') return [];
  const standing = await getStanding(caller.clinicId, ended.to);
  const at = toStored(caller.now);
  const { failures, unreachable } = standing;
  const before = { failures, unreachable };
  const after = reachAfter(before, { status: ended.status, reason: ended.statusReason, at });
  const told = didNotArrive(ended) ? withoutText(standing, ended.id) : standing;
  if (after === before && told === standing) return [];
  const isGivenUp = after.unreachable !== undefined && unreachable === undefined;
  const about = { phone: ended.to, patientId: ended.patientId, sourceId: ended.id };
  return [
    standingItem(caller, { ...told, ...after }, isGivenUp ? 'number given up' : 'reach'),
    // Given up twice in a day, it is looked into twice.
    ...(isGivenUp ? await openTaskItems(caller, { ...about, kind: 'number-unreachable', today: at }) : []),
  ];
};

/**
 * Whether a text has asked and told nothing, by its receipt: UNKNOWN says that nobody knows. (A call that was refused never had one; its
 * own outcome says so already.)
 */
const didNotArrive = ({ status, statusReason, carrierMessageId }: Message): boolean =>
  status === 'failed' && carrierMessageId !== undefined && statusReason !== 'UNKNOWN';

/** What staff wrote and nobody got waits for them again, whoever closed the thread. What they took back themselves does not. */
const threadItems = async (
  caller: Caller,
  { clinicId, cause, to, status, statusReason }: Message,
): Promise<readonly TransactItem[]> => {
  const isInVain = status === 'failed' || status === 'dropped' || status === 'suppressed';
  if (cause !== 'staff' || !isInVain || statusReason === cancelledByStaff) return [];
  const thread = await getThread(clinicId, threadIdOf(clinicId, to));
  return thread === undefined ? [] : [threadItem(caller, writtenInVain(thread), 'written in vain')];
};

/** What a patient would miss a visit without. News of a visit has gone by calendar invitation already. */
const remindersOfVisit: ReadonlySet<string> = new Set([
  'reminder-72h',
  'reminder-24h',
  'reminder-confirmed',
  'video-link',
]);

/**
 * Why a text was not sent that an e-mail has no part in: nobody is at the number, the carrier refuses who has come back, or it could not go while it
 * was of use (a spend limit, a number that is not verified, the night).
 */
const onlyOfTexts: ReadonlySet<string> = new Set(['number-unreachable', 'carrier-refuses', 'stale']);

const isUndelivered = ({ status, statusReason = '' }: Message): boolean =>
  status === 'failed'
    ? statusReason !== 'DESTINATION_PHONE_NUMBER_OPTED_OUT'
    : status === 'dropped' || (status === 'suppressed' && onlyOfTexts.has(statusReason));

/**
 * The e-mail in the place of a text about a visit, if its patient has an address: once for each step, whatever is reported of the text
 * later. Whether it still makes sense is asked when it is claimed, as of any text.
 */
const emailItems = async (caller: Caller, ended: Message): Promise<readonly TransactItem[]> => {
  const { causeId, sequence, patientId, template } = ended;
  if (ended.cause !== 'visit' || patientId === undefined) return [];
  if (!remindersOfVisit.has(template) || !isUndelivered(ended)) return [];
  const step = emailStepOf(ended.step);
  const id = messageId(causeId, step, sequence);
  const [patient, planned] = await together(() =>
    Promise.all([loadPatient(caller.clinicId, patientId), getMessage(caller.clinicId, id)]),
  );
  if (patient?.email === undefined || planned !== undefined) return [];
  const { clinicId, cause, kind, to, appointmentId, planId, planVersion } = ended;
  const at = toStored(caller.now);
  return [
    createMessageItem(caller, {
      id,
      clinicId,
      cause,
      causeId,
      step,
      sequence,
      kind,
      template,
      channel: 'email',
      parameters: {},
      to,
      patientId,
      appointmentId,
      planId,
      planVersion,
      createdAt: at,
      plannedFor: at,
      dueAt: at,
      status: 'planned',
      history: [{ status: 'planned', at }],
      attempts: 0,
      rev: 1,
    }),
  ];
};
