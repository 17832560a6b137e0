import type { Temporal } from 'temporal-polyfill';
import { loadPatient } from '../../intake/patients.ts';
import { type Caller, stampOf } from '../../platform/actor.ts';
import { toStored } from '../../platform/clock.ts';
import { env, optionalEnv } from '../../platform/config.ts';
import { inLanes } from '../../platform/lanes.ts';
import { log } from '../../platform/log.ts';
import { type MailOutcome, sendMailOnce } from '../../platform/mail-send.ts';
import { metricNames } from '../../platform/metric-names.ts';
import { count } from '../../platform/metrics.ts';
import { loadClinic } from '../../platform/store/clinic.ts';
import { ConditionFailed, transact } from '../../platform/store/records.ts';
import { hasStarted } from '../core/appointment-status.ts';
import { type Invitation, type InvitationEvent, invitationAfter } from '../core/invitation-status.ts';
import type { Appointment, AppointmentStatus } from '../core/types.ts';
import { dueInvitations, getInvitation, invitationItem, invitationShards, invitationsOf } from '../invitation-store.ts';
import { appointmentCheckItem, getAppointment } from '../store.ts';
import { invitationMail } from './invitation-mail.ts';

/** Longer than a call may take: whoever holds a claim this old is dead. */
const leaseMinutes = 2;
/** When to try again what was certainly not taken, and how often. */
const retryMinutes = 5;
const maxAttempts = 12;
const pageSize = 50;
/** How many are under way at a time: below the rate SES gives a new account. */
const lanes = 4;
const maxPerShard = 500;

/**
 * The minute's sweep of invitations: sends what is due, each at most once, and settles those whose sender was never heard of again.
 *
 * | dies                          | left behind       | ends as                                  |
 * |-------------------------------|-------------------|------------------------------------------|
 * | before the claim              | planned           | sent, by the next sweep                  |
 * | after the claim, before send  | claimed, not sent | unknown: the patient has the texts       |
 * | after send, before the record | claimed, sent     | unknown: it is not sent again            |
 *
 * @returns how many it found due
 */
export const sweepInvitations = async (now: Temporal.Instant, requestId: string): Promise<number> => {
  const found = await Promise.all(
    Array.from({ length: invitationShards }, (_, shard) => sweepShard(shard, now, requestId)),
  );
  return found.reduce((sum, number) => sum + number, 0);
};

const sweepShard = async (shard: number, now: Temporal.Instant, requestId: string): Promise<number> => {
  let found = 0;
  let cursor: string | undefined;
  do {
    const page = await dueInvitations(shard, toStored(now), { limit: pageSize, cursor });
    await inLanes(page.items, lanes / invitationShards, (invitation) => deliverInvitation(invitation, now, requestId));
    found += page.items.length;
    cursor = page.cursor;
  } while (cursor !== undefined && found < maxPerShard);
  return found;
};

/** Sends one invitation, if it still says what is so; what the index said of it may be old. */
export const deliverInvitation = async (
  key: Pick<Invitation, 'clinicId' | 'appointmentId' | 'sequence'>,
  now: Temporal.Instant,
  requestId: string,
): Promise<void> => {
  const caller: Caller = {
    clinicId: key.clinicId,
    actor: { kind: 'automation', id: 'scheduling-invitations' },
    requestId,
    now,
  };
  try {
    const invitation = await getInvitation(key.clinicId, key);
    if (invitation === undefined || invitation.dueAt > toStored(now)) return;
    if (invitation.status === 'claimed')
      await settle(caller, invitation, 'lose-track', { statusReason: 'sender-died' });
    else if (invitation.status === 'planned') await send(caller, invitation);
  } catch (error) {
    // Another sweep or a change of the visit was faster; what it left is found by the next sweep.
    if (!(error instanceof ConditionFailed)) throw error;
  }
};

const send = async (caller: Caller, invitation: Invitation): Promise<void> => {
  const [appointment, patient, clinic, others] = await Promise.all([
    getAppointment(caller.clinicId, invitation.appointmentId),
    loadPatient(caller.clinicId, invitation.patientId),
    loadClinic(caller.clinicId),
    invitation.method === 'CANCEL' ? invitationsOf(caller.clinicId, invitation.appointmentId) : [],
  ]);
  const sender = optionalEnv('MAIL_SENDER');
  const email = patient?.email;
  const reason = whyNot(caller, invitation, appointment, others);
  if (reason !== undefined || appointment === undefined || patient === undefined || email === undefined || !sender) {
    const why = reason ?? (sender === undefined ? 'no-sender' : 'no-address');
    await settle(caller, invitation, 'supersede', { statusReason: why });
    return;
  }
  const message = invitationMail({
    invitation,
    appointment,
    patient: { zone: patient.zone, email },
    clinic,
    sender,
    host: new URL(env('PUBLIC_URL')).hostname,
    at: toStored(caller.now),
  });
  const claimed = invitationAfter(invitation, 'claim', {
    attempts: invitation.attempts + 1,
    dueAt: toStored(caller.now.add({ minutes: leaseMinutes })),
  });
  if (claimed === undefined) return;
  // Nothing goes out about a visit that is no longer so: the claim holds only together with what it says.
  await transact([
    invitationItem(claimed, stampOf(caller, 'claimed')),
    appointmentCheckItem(caller.clinicId, appointment.id, {
      sequence: invitation.sequence,
      statuses: statusesFor[invitation.method],
    }),
  ]);
  await record(caller, claimed, await sendMailOnce({ from: sender, to: email, message }));
};

/** In which statuses a visit still is what an invitation says. */
const statusesFor: Readonly<Record<Invitation['method'], readonly AppointmentStatus[]>> = {
  REQUEST: ['booked', 'arrived'],
  CANCEL: ['cancelled'],
};

/** Why an invitation is not sent, or undefined. */
const whyNot = (
  caller: Caller,
  { method, sequence }: Invitation,
  appointment: Appointment | undefined,
  others: readonly Invitation[],
): string | undefined => {
  if (appointment === undefined || appointment.sequence !== sequence) return 'visit-changed';
  if (!statusesFor[method].includes(appointment.status)) return 'visit-changed';
  if (hasStarted(appointment, caller.now)) return 'visit-started';
  // Who was never invited has nothing in the calendar to take out.
  const mayBeInvited = others.some(({ status }) => status === 'sent' || status === 'unknown');
  return method === 'CANCEL' && !mayBeInvited ? 'never-invited' : undefined;
};

const record = async (caller: Caller, claimed: Invitation, outcome: MailOutcome): Promise<void> => {
  switch (outcome.kind) {
    case 'accepted':
      count(metricNames.invitationsSent);
      return settle(caller, claimed, 'accept', { mailId: outcome.mailId, sentAt: toStored(caller.now) });
    case 'not-taken':
      if (claimed.attempts >= maxAttempts) return fail(caller, claimed, 'refuse', outcome.reason);
      return settle(caller, claimed, 'release', {
        statusReason: outcome.reason,
        dueAt: toStored(caller.now.add({ minutes: retryMinutes })),
      });
    case 'rejected':
      return fail(caller, claimed, 'refuse', outcome.reason);
    case 'ambiguous':
      return fail(caller, claimed, 'lose-track', outcome.reason);
    default:
      return outcome satisfies never;
  }
};

const fail = (caller: Caller, claimed: Invitation, event: InvitationEvent, statusReason: string): Promise<void> => {
  count(metricNames.invitationsFailed);
  return settle(caller, claimed, event, { statusReason });
};

const settle = async (
  caller: Caller,
  invitation: Invitation,
  event: InvitationEvent,
  changed: Parameters<typeof invitationAfter>[2],
): Promise<void> => {
  const next = invitationAfter(invitation, event, changed);
  if (next === undefined) return;
  await transact([invitationItem(next, stampOf(caller, event))]);
  log.info('invitation', {
    clinicId: caller.clinicId,
    appointmentId: invitation.appointmentId,
    outcome: next.status,
    code: next.statusReason,
    requestId: caller.requestId,
  });
};
