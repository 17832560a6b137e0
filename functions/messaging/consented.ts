import type { Patient } from '../intake/patients.ts';
import type { Caller } from '../platform/actor.ts';
import { appointmentCheck, listVisitsAhead } from '../scheduling/visits.ts';
import { type AgreedOnForm, agreementsOf, type Given, withConsent } from './consent.ts';
import { type Plan, planVisitTexts } from './plan.ts';
import { getStanding, type Standing, standingItem } from './standing-store.ts';

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

/**
 * What records an agreement given on a web form, on the condition that the number's standing is the one just read (the caller retries on
 * ConditionFailed), with the texts that visits booked before have to come.
 */
export const planFormConsent = async (
  caller: Caller,
  agreed: AgreedOnForm,
  {
    patient,
    ...about
  }: Pick<Given, 'collector' | 'proof' | 'evidence'> & { readonly patient: Pick<Patient, 'id' | 'phone' | 'zone'> },
): Promise<Plan> => {
  const given = agreementsOf(agreed, { ...about, how: 'web-form', patientId: patient.id });
  if (given.length === 0) return { items: [], refs: [] };
  const before = await getStanding(caller.clinicId, patient.phone);
  const { standing: after, items } = withConsent(caller, before, given);
  const plan = await planAfterConsent(caller, { before, after }, [patient]);
  return { items: [...items, standingItem(caller, after, 'consent given'), ...plan.items], refs: plan.refs };
};
