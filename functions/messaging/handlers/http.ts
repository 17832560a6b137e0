import { loadPatient } from '../../intake/patients.ts';
import { httpHandler } from '../../platform/http/api.ts';
import { found } from '../../platform/problem.ts';
import { loadAppointment } from '../../scheduling/visits.ts';
import { consentReport, recordByStaff } from '../consent/record-consent.ts';
import { deskRoutes } from '../contract/desk-routes.ts';
import { closeTask, listTasks, type StaffTask } from '../inbox/tasks.ts';
import { listAppointmentTexts, listPatientTexts, type Message } from '../inbox/thread.ts';

const view = (message: Message) => ({
  id: message.id,
  channel: message.channel,
  template: message.template,
  parameters: message.parameters,
  to: message.to,
  patientId: message.patientId,
  appointmentId: message.appointmentId,
  planId: message.planId,
  planVersion: message.planVersion,
  language: message.language,
  templateVersion: message.templateVersion,
  pictureId: message.pictureId,
  pictureRefused: message.pictureRefused,
  status: message.status,
  reason: message.statusReason,
  plannedFor: message.plannedFor,
  history: message.history,
  rev: message.rev,
});

const taskView = ({ clinicId: _, ...task }: StaffTask) => task;

export const handler = httpHandler(deskRoutes, {
  recordConsent: async ({ caller, body, commit }) => ({ body: await recordByStaff(caller, body, commit) }),
  getConsentOfNumber: async ({ caller, body: { phone, ...page } }) => ({
    body: await consentReport(caller.clinicId, { phone }, page),
  }),
  getConsentOfPatient: async ({ caller, params: { patientId }, query }) => {
    const { phone } = found(await loadPatient(caller.clinicId, patientId), 'patient');
    return { body: await consentReport(caller.clinicId, { phone, patientId }, query) };
  },

  listPatientTexts: async ({ caller, params: { patientId }, query }) => {
    found(await loadPatient(caller.clinicId, patientId), 'patient');
    const { items, cursor } = await listPatientTexts(caller.clinicId, patientId, query);
    return { body: { items: items.map(view), cursor } };
  },

  listAppointmentTexts: async ({ caller, params: { appointmentId } }) => {
    found(await loadAppointment(caller.clinicId, appointmentId), 'appointment');
    const items = await listAppointmentTexts(caller.clinicId, appointmentId);
    return { body: { items: items.map(view) } };
  },

  listStaffTasks: async ({ caller, query: { status, ...page } }) => {
    const { items, cursor } = await listTasks(caller.clinicId, status, page);
    return { body: { items: items.map(taskView), cursor } };
  },

  closeStaffTask: async ({ caller, params, body, ifMatch, commit }) => {
    const task = await closeTask(caller, params.taskId, { ...body, ifMatch }, (items, after) =>
      commit(items, taskView(after)),
    );
    return { body: taskView(task) };
  },
});
