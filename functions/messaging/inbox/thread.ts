import type { Id } from '../../platform/ids.ts';
import type { Page, QueryPage } from '../../platform/store/records.ts';
import { getInboundText, type InboundText } from '../replies/inbound-store.ts';
import { type Message, messagesOfCause, messagesOfPatient } from '../store.ts';

export type { InboundText } from '../replies/inbound-store.ts';
export type { Message } from '../store.ts';

/** What a number wrote, by the carrier's id of the text. */
export const loadInboundText = (
  clinicId: Id<'clinic'>,
  phone: string,
  inboundMessageId: string,
): Promise<InboundText | undefined> => getInboundText(clinicId, phone, inboundMessageId);

/** A patient's texts, latest planned first. */
export const listPatientTexts = (
  clinicId: Id<'clinic'>,
  patientId: Id<'patient'>,
  page: QueryPage,
): Promise<Page<Message>> => messagesOfPatient(clinicId, patientId, page);

/** The texts around one visit, in the order they are due or were sent. */
export const listAppointmentTexts = async (
  clinicId: Id<'clinic'>,
  appointmentId: Id<'appointment'>,
): Promise<readonly Message[]> =>
  (await messagesOfCause(clinicId, appointmentId)).toSorted(
    (a, b) => a.sequence - b.sequence || plannedFor(a).localeCompare(plannedFor(b)) || a.step.localeCompare(b.step),
  );

const plannedFor = ({ plannedFor: at }: Message): string => at;
