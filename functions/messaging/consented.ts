import type { Patient } from '../intake/patients.ts';
import type { Caller } from '../platform/actor.ts';
import { appointmentCheck, listVisitsAhead } from '../scheduling/visits.ts';
import { type Plan, planVisitTexts } from './plan.ts';
import type { Standing } from './standing-store.ts';

/** A transaction has its limits; who has more visits ahead than this gets no texts about the last of them. */
const maxVisits = 12;

/**
 * What is still to come of the texts around visits that were booked before their patients agreed to be texted: for the transaction that
 * records the agreement, which holds only if none of those visits has changed. Nothing where there was an agreement already.
 */
export const planAfterConsent = async (
  caller: Caller,
  { before, after }: { readonly before: Standing; readonly after: Standing },
  patients: readonly Pick<Patient, 'id' | 'phone' | 'zone'>[],
): Promise<Plan> => {
  if (before.granted.treatment !== undefined || after.granted.treatment === undefined) return { items: [], refs: [] };
  const plans = await Promise.all(
    patients.map(async (patient) => {
      const visits = (await listVisitsAhead(caller, patient.id)).slice(-maxVisits);
      return Promise.all(
        visits.map(async (appointment): Promise<Plan> => {
          const { id, sequence } = appointment;
          const plan = await planVisitTexts(caller, {
            appointment,
            patient,
            change: 'agreed',
            // What was told when it was booked is told already.
            toldVisits: 0,
            consentGranted: true,
          });
          const unchanged = appointmentCheck(caller.clinicId, id, { sequence, statuses: ['booked'] });
          return { items: plan.items.length === 0 ? [] : [unchanged, ...plan.items], refs: plan.refs };
        }),
      );
    }),
  );
  const all = plans.flat();
  return { items: all.flatMap(({ items }) => items), refs: all.flatMap(({ refs }) => refs) };
};
