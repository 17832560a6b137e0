import type { Temporal } from 'temporal-polyfill';
import type { Id } from './ids.ts';

/** Who changes a record. `id`: staff = Cognito `sub`, patient = patient id, automation = function name. */
export interface Actor {
  readonly kind: 'staff' | 'patient' | 'automation' | 'system';
  readonly id: string;
}

/** What every use case is told about its caller. The clinic comes from the verified token or link, never the body. */
export interface Caller {
  readonly clinicId: Id<'clinic'>;
  readonly actor: Actor;
  readonly requestId: string;
  readonly now: Temporal.Instant;
  /** The internet address of a caller without a sign-in: what limits count by. Never stored or logged as it is. */
  readonly address?: string | undefined;
}

/** The stamp each stored record carries; the audit log needs no other source for who, when and why. */
export interface Stamp {
  readonly changedAt: string;
  readonly changedBy: Actor;
  readonly requestId: string;
  readonly reason?: string | undefined;
}

/** Stamps a write by this caller. `reason` says why, in a few words without patient data. */
export const stampOf = (caller: Caller, reason?: string): Stamp => ({
  changedAt: caller.now.toString({ smallestUnit: 'millisecond' }),
  changedBy: caller.actor,
  requestId: caller.requestId,
  ...(reason === undefined ? {} : { reason }),
});
