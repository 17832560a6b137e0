import { Temporal } from 'temporal-polyfill';
import { findPatientsByPhone } from '../../intake/patients.ts';
import type { Caller } from '../../platform/actor.ts';
import { toStored } from '../../platform/clock.ts';
import { loadClinic } from '../../platform/store/clinic.ts';
import { barOfAny } from '../consent/consent.ts';
import { getStanding, standingCheckItem, standingItem } from '../consent/standing-store.ts';
import { decideStaffText, staffBody } from '../core/staff-text.ts';
import { wentOut } from '../core/thread.ts';
import { getThread, threadIdOf, threadItem } from '../inbox/thread-store.ts';
import { recipientOf } from '../plans/recipient.ts';
import { loadSettings } from '../settings.ts';
import { type Message, staffText } from '../store.ts';
import type { Composed } from './compose.ts';

/** What staff wrote, held at the claim to what it was held to when it was written: consent, opt-out, the patient's night. */
export const composeStaffText = async (
  caller: Caller,
  { to, patientId, parameters, plannedFor, createdAt }: Message,
): Promise<Composed> => {
  const { clinicId, now } = caller;
  const [standing, thread, patients, clinic, settings] = await Promise.all([
    getStanding(clinicId, to),
    getThread(clinicId, threadIdOf(clinicId, to)),
    findPatientsByPhone(clinicId, to),
    loadClinic(clinicId),
    loadSettings(clinicId),
  ]);
  // It was written to one person, whose number this was.
  if (patientId !== undefined && !patients.some(({ id }) => id === patientId)) {
    return { kind: 'suppress', reason: 'number-changed' };
  }
  if (standing.unreachable !== undefined) return { kind: 'suppress', reason: 'number-unreachable' };
  if (standing.carrierRefusedAgainAt !== undefined) return { kind: 'suppress', reason: 'carrier-refuses' };
  const bar = barOfAny(standing, 'treatment', patientId === undefined ? patients.map(({ id }) => id) : [patientId]);
  const decision = decideStaffText(
    {
      isOptedOut: bar === 'opted-out',
      hasAgreed: bar === undefined,
      lastInboundAt: thread?.lastInboundAt,
      ...recipientOf(patients, to, settings),
      plannedFor: Temporal.Instant.from(plannedFor),
    },
    now,
  );
  switch (decision.kind) {
    case 'refuse':
      return { kind: 'suppress', reason: decision.reason };
    case 'wait':
      return { kind: 'defer', until: decision.until };
    case 'send':
      return {
        kind: 'send',
        template: staffText,
        parameters,
        to,
        from: standing.origin,
        body: staffBody(clinic.brand, parameters.words ?? ''),
        expiresAt: decision.expiresAt,
        conditions: [
          // What a STOP answers: care, whatever was texted before.
          standing.lastCategory === 'treatment'
            ? standingCheckItem(standing)
            : standingItem(caller, { ...standing, lastCategory: 'treatment' }, 'told'),
          ...(thread === undefined || plannedFor === createdAt
            ? []
            : [threadItem(caller, wentOut(thread, toStored(now)), 'answer sent')]),
        ],
      };
  }
};
