import type { Caller } from '../platform/actor.ts';
import type { Commit } from '../platform/http/api.ts';
import { found, Problem } from '../platform/problem.ts';
import { loadClinic } from '../platform/store/clinic.ts';
import type { PatientLink } from '../platform/store/directory.ts';
import { getProvider } from './catalog-store.ts';
import { change } from './change.ts';
import { mayRebook } from './core/appointment-status.ts';
import type { Appointment } from './core/types.ts';
import { reschedule } from './reschedule.ts';
import { findMoves } from './search.ts';
import { getAppointment } from './store.ts';
import { visitViewOf } from './view.ts';

/** What a patient can do with the visit a text was about. The link is the proof; it opens this one visit only. */
export interface LinkRequest {
  readonly caller: Caller;
  readonly link: PatientLink;
  readonly ifMatch: number | undefined;
  readonly commit: Commit;
}

/** The visit, its clinic and its provider. */
export const loadVisit = async ({ link }: Pick<LinkRequest, 'link'>) => {
  const appointment = found(await getAppointment(link.clinicId, link.appointmentId), 'visit');
  return describe(appointment);
};

const describe = async (appointment: Appointment) => {
  const [clinic, provider] = await Promise.all([
    loadClinic(appointment.clinicId),
    getProvider(appointment.clinicId, appointment.providerId),
  ]);
  return { appointment, clinic, provider: found(provider, 'provider') };
};

export const getVisit = async (request: Pick<LinkRequest, 'link'>) => {
  const { appointment, clinic, provider } = await loadVisit(request);
  return visitViewOf(appointment, clinic, provider);
};

/** The times this visit could move to, or be booked anew for. One that is over has none. */
export const findSlotsByLink = async (
  { caller, link }: Pick<LinkRequest, 'caller' | 'link'>,
  query: Parameters<typeof findMoves>[2],
) => {
  const appointment = found(await getAppointment(link.clinicId, link.appointmentId), 'visit');
  if (appointment.status !== 'booked' && !mayRebook(appointment))
    throw new Problem('invalid-state', 'This visit cannot be moved any more.');
  return findMoves(caller, appointment, query);
};

/** Answers a change with the visit as it then is. */
export const answering =
  ({ commit }: Pick<LinkRequest, 'commit'>) =>
  async (appointment: Appointment, items: Parameters<Commit>[0]) => {
    const { clinic, provider } = await describe(appointment);
    const view = visitViewOf(appointment, clinic, provider);
    await commit(items, view);
    return view;
  };

/** The visit of the link, at the revision its page showed. */
export const changeRequest = ({ link, ifMatch }: Pick<LinkRequest, 'link' | 'ifMatch'>) => ({
  appointmentId: link.appointmentId,
  ifMatch,
});

export const confirmByLink = (request: LinkRequest) =>
  change(request.caller, changeRequest(request), ({ sequence }) => ({ kind: 'confirm', sequence }), answering(request));

export const rescheduleByLink = (request: LinkRequest, start: string) =>
  reschedule(request.caller, { ...changeRequest(request), start, by: 'patient' }, answering(request));

export const cancelByLink = (request: LinkRequest) =>
  change(
    request.caller,
    changeRequest(request),
    () => ({ kind: 'cancel', by: 'patient', reason: 'cancelled by the patient' }),
    answering(request),
  );
