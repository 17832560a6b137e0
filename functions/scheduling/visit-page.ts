import type * as z from 'zod';
import { pageHeaders, renderVisit, type VisitOutcome } from '../../web/visit/pages.ts';
import { loadIntakeAnswers } from '../intake/forms.ts';
import { loadPatient } from '../intake/patients.ts';
import { setTextsByLink, type TextsWish, textsByLink } from '../messaging/consent/texts-by-link.ts';
import type { Caller } from '../platform/actor.ts';
import { env } from '../platform/config.ts';
import type { Reply } from '../platform/http/api.ts';
import { found, Problem } from '../platform/problem.ts';
import { together } from '../platform/store/records.ts';
import type { visitPageForm } from './contract/links.ts';
import { hasStarted, isAskedToMove, isConfirmed, mayRebook } from './core/appointment-status.ts';
import type { Appointment } from './core/types.ts';
import { rebookByLink } from './rebook.ts';
import { suggestMoves } from './search.ts';
import { getSeries } from './series-store.ts';
import { getAppointment, getAppointments } from './store.ts';
import { cancelByLink, confirmByLink, type LinkRequest, loadVisit, rescheduleByLink } from './visit-link.ts';

type PageRequest = LinkRequest & { readonly params: { readonly token: string } };
type PageForm = z.output<typeof visitPageForm>;

/** Times offered on the page: as many as fit a thumb's reach. */
const offeredTimes = 6;

/** The visit as a page. */
export const showVisitPage = async (request: PageRequest, outcome: VisitOutcome | undefined): Promise<Reply> => {
  const { caller, link, params } = request;
  const { appointment, clinic, provider } = await loadVisit(request);
  const isOpen = appointment.status === 'booked' && !hasStarted(appointment, caller.now);
  const canRebook = mayRebook(appointment) && provider.active;
  const [patient, answers, moves, standIn, seriesStarts, texts] = await together(() =>
    Promise.all([
      loadPatient(link.clinicId, link.patientId),
      loadIntakeAnswers(link.clinicId, link.appointmentId),
      isOpen || canRebook ? suggestMoves(caller, appointment, offeredTimes) : [],
      standInOf(appointment),
      isOpen ? otherVisitsOfSeries(caller, appointment) : [],
      textsByLink(request),
    ]),
  );
  const { givenName, zone } = found(patient, 'visit');
  const body = renderVisit({
    clinic: { brand: clinic.brand, phone: clinic.phone },
    token: params.token,
    rev: appointment.rev,
    status: appointment.status,
    isConfirmed: isConfirmed(appointment),
    isOpen,
    isAskedToMove: isOpen && isAskedToMove(appointment),
    mayRebook: mayRebook(appointment),
    standIn: standIn && { start: standIn.start, end: standIn.end },
    seriesStarts,
    patientGivenName: givenName,
    providerName: provider.name,
    modality: appointment.modality,
    start: appointment.start,
    end: appointment.end,
    visitZone: appointment.zone,
    patientZone: zone,
    otherStarts: moves.map((move) => move.start),
    form: isOpen ? (answers === undefined ? 'open' : 'answered') : 'closed',
    texts,
    outcome,
  });
  return { body, headers: pageHeaders };
};

/** The visit that stands in for a cancelled one, as long as it is to take place. */
const standInOf = async ({ clinicId, rebookedAs }: Appointment): Promise<Appointment | undefined> => {
  const visit = rebookedAs === undefined ? undefined : await getAppointment(clinicId, rebookedAs);
  return visit?.status === 'booked' ? visit : undefined;
};

/** The starts of the visits still to come that were booked together with this one, by time. */
const otherVisitsOfSeries = async (
  { now }: Pick<Caller, 'now'>,
  { id, clinicId, seriesId }: Appointment,
): Promise<readonly string[]> => {
  const series = seriesId === undefined ? undefined : await getSeries(clinicId, seriesId);
  const others = series?.appointmentIds.filter((other) => other !== id) ?? [];
  return (await getAppointments(clinicId, others))
    .filter((visit) => visit.status === 'booked' && !hasStarted(visit, now))
    .map(({ start }) => start)
    .toSorted();
};

/** What a button of the page sends: does it, and sends the browser back to the page, which says what came of it. */
export const submitVisitPage = async (request: PageRequest, form: PageForm): Promise<Reply> => {
  const { action, wordingVersion } = form;
  const outcome =
    action === 'stop-texts' || action === 'get-texts'
      ? await actOnTexts(request, { wanted: action === 'get-texts', wordingVersion })
      : await act({ ...request, ifMatch: form.rev }, { ...form, action });
  return { headers: { location: `${env('PUBLIC_URL')}/v/${request.params.token}?done=${outcome}` } };
};

/** The number is no part of the visit: whatever became of that, this is done. */
const actOnTexts = async (request: PageRequest, wish: TextsWish): Promise<VisitOutcome> => {
  try {
    const { changed } = await setTextsByLink(request, wish);
    if (!changed) return 'same';
    return wish.wanted ? 'agreed' : 'stopped';
  } catch (error) {
    // A page left open since: it shows how things stand, and what can be agreed to now.
    if (error instanceof Problem && (error.code === 'stale' || error.code === 'invalid-state')) return 'same';
    throw error;
  }
};

type VisitForm = PageForm & { readonly action: keyof typeof outcomeOf };

const act = async (request: LinkRequest, form: VisitForm): Promise<VisitOutcome> => {
  try {
    if (form.action === 'confirm') await confirmByLink(request);
    else if (form.action === 'cancel') await cancelByLink(request);
    else if (form.action === 'rebook') await rebookByLink(request, requireStart(form));
    else await rescheduleByLink(request, requireStart(form));
    return outcomeOf[form.action];
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.code === 'slot-taken' || error.code === 'slot-not-offered') return 'taken';
    if (error.code !== 'stale' && error.code !== 'invalid-state') throw error;
    // A second tap, or a page left open: if what was asked for is so already, say that, not that something changed.
    const { link } = request;
    const now = found(await getAppointment(link.clinicId, link.appointmentId), 'visit');
    return (await isDone(now, form)) ? outcomeOf[form.action] : 'changed';
  }
};

const outcomeOf = { confirm: 'confirmed', reschedule: 'moved', cancel: 'cancelled', rebook: 'rebooked' } as const;

const isDone = async (appointment: Appointment, form: VisitForm): Promise<boolean> => {
  switch (form.action) {
    case 'confirm':
      return appointment.status === 'booked' && isConfirmed(appointment);
    case 'reschedule':
      return appointment.status === 'booked' && appointment.start === form.start;
    case 'cancel':
      return appointment.status === 'cancelled';
    case 'rebook':
      return (await standInOf(appointment))?.start === form.start;
    default:
      return form.action satisfies never;
  }
};

const requireStart = (form: Pick<PageForm, 'start'>): string => {
  if (form.start !== undefined) return form.start;
  throw new Problem('bad-input', 'Choose a time.', [{ field: 'body.start', message: 'Choose a time' }]);
};
