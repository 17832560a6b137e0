import { loadPatient } from '../intake/patients.ts';
import { found } from '../platform/problem.ts';
import { untilWritten } from '../platform/until-written.ts';
import { loadBookable, writeBooking } from './book.ts';
import { loadForChange } from './change.ts';
import { standInItem } from './stand-in.ts';
import { answering, changeRequest, type LinkRequest } from './visit-link.ts';

/**
 * Books another time in place of a visit that the clinic cancelled, with the same provider and of the same type. The
 * cancelled visit names its successor in the same transaction, so that there is never a second one.
 */
export const rebookByLink = (request: LinkRequest, start: string) =>
  untilWritten(async () => {
    const { caller } = request;
    const before = await loadForChange(caller, changeRequest(request));
    // Its state decides before the calendar: who has another visit already is told that.
    standInItem(caller, before, before.id);
    const { providerId, typeId, modality, patientState } = before;
    const [patient, { provider, type }] = await Promise.all([
      loadPatient(caller.clinicId, before.patientId),
      loadBookable(caller, { providerId, typeId, modality }),
    ]);
    return writeBooking(
      caller,
      {
        patient: found(patient, 'patient'),
        provider,
        type,
        start,
        modality,
        patientState,
        onlyOffered: true,
        facts: { replaces: before.id },
        also: ({ id }) => [standInItem(caller, before, id)],
      },
      answering(request),
    );
  });
