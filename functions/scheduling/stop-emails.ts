import { pageHeaders } from '../../web/visit/pages.ts';
import { renderStopEmails } from '../../web/visit/stop-emails-page.ts';
import { refuseEmails } from '../messaging/consent/mail-refusal.ts';
import type { Caller } from '../platform/actor.ts';
import type { Reply } from '../platform/http/api.ts';
import { loadClinic } from '../platform/store/clinic.ts';
import type { PatientLink } from '../platform/store/directory.ts';

interface StopRequest {
  readonly caller: Caller;
  readonly link: PatientLink;
}

/** Asks whether the e-mails that take the place of texts shall end. */
export const showStopEmails = (request: StopRequest): Promise<Reply> => page(request, false);

/** Ends them: the page's button, or one request of the mail program (RFC 8058), which reads no answer. */
export const stopEmails = async (request: StopRequest): Promise<Reply> => {
  await refuseEmails(request.caller, request.link.patientId);
  return page(request, true);
};

const page = async ({ link }: StopRequest, isStopped: boolean): Promise<Reply> => {
  const { brand, phone } = await loadClinic(link.clinicId);
  return { body: renderStopEmails({ brand, phone }, { isStopped }), headers: pageHeaders };
};
