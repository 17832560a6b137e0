import type { Id } from '../../platform/ids.ts';

/** What an invitation does to the patient's calendar (RFC 5546). */
export type InvitationMethod = 'REQUEST' | 'CANCEL';

/** What happens to an invitation on its way. */
export type InvitationEvent = 'claim' | 'supersede' | 'accept' | 'refuse' | 'release' | 'lose-track';

/**
 * The whole way of an invitation; what is not listed is refused. It is claimed before it is sent, so that it never goes out twice;
 * whoever claimed it and is not heard of again leaves it `unknown`, and it is not sent again.
 */
export const invitationTransitions = {
  planned: { claim: 'claimed', supersede: 'superseded' },
  claimed: { accept: 'sent', refuse: 'failed', release: 'planned', 'lose-track': 'unknown' },
  sent: {},
  failed: {},
  superseded: {},
  unknown: {},
} as const satisfies Record<string, Partial<Record<InvitationEvent, string>>>;

export type InvitationStatus = keyof typeof invitationTransitions;

/** One e-mail about one state of a visit: its id is the visit's and the visit's sequence, which is also the calendar's. */
export interface Invitation {
  readonly clinicId: Id<'clinic'>;
  readonly appointmentId: Id<'appointment'>;
  readonly sequence: number;
  readonly patientId: Id<'patient'>;
  readonly method: InvitationMethod;
  readonly status: InvitationStatus;
  /** Why it is as it is: a code of ours or of the mail service. */
  readonly statusReason?: string | undefined;
  /** When a sweep looks at it: to send it, or because whoever claimed it is dead. */
  readonly dueAt: string;
  readonly attempts: number;
  readonly sentAt?: string | undefined;
  /** The mail service's name for it. */
  readonly mailId?: string | undefined;
  readonly rev: number;
}

/** The next revision after an event, or undefined where the table has none. */
export const invitationAfter = (
  invitation: Invitation,
  event: InvitationEvent,
  changed: Partial<Pick<Invitation, 'statusReason' | 'dueAt' | 'sentAt' | 'mailId' | 'attempts'>> = {},
): Invitation | undefined => {
  const allowed: Partial<Record<InvitationEvent, InvitationStatus>> = invitationTransitions[invitation.status];
  const status = allowed[event];
  if (status === undefined) return undefined;
  return { ...invitation, statusReason: undefined, ...changed, status, rev: invitation.rev + 1 };
};
