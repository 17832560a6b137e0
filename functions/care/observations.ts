import type { Caller } from '../platform/actor.ts';
import { toStored } from '../platform/clock.ts';
import { type Id, newId } from '../platform/ids.ts';
import type { TransactItem } from '../platform/store/records.ts';
import { type ObservationKind, observationItem } from './store.ts';

export type { ObservationKind } from './store.ts';

/** The items that store what a patient reported in a reply: pain 0-10, or days of exercise 0-7. */
export const observationItems = (
  caller: Caller,
  reported: {
    readonly patientId: Id<'patient'>;
    readonly kind: ObservationKind;
    readonly value: number;
    /** The text that asked. */
    readonly messageId: string;
    /** The reply that answered. */
    readonly inboundTextId: string;
  },
): readonly TransactItem[] => [
  observationItem(caller, {
    ...reported,
    id: newId('observation', caller.now),
    clinicId: caller.clinicId,
    observedAt: toStored(caller.now),
  }),
];
