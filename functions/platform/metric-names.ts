/**
 * Every metric the functions emit (CloudWatch embedded metric format) and the dashboard and the alarms read.
 *
 * Namespace and the one dimension, `service`, come from the function's environment: POWERTOOLS_METRICS_NAMESPACE and
 * POWERTOOLS_SERVICE_NAME, which is the area. A metric has no other dimension, above all none that names a clinic or a patient.
 */
export const metricNamespace = 'Plumbline';

/** The emitting area is written after each name: an alarm listens to that `service` only. */
export const metricNames = {
  /** every area with routes · Count · requests answered with 500, whose cause is in the log. Lambda's own Errors never sees them. */
  requestsFailed: 'RequestsFailed',

  /** scheduling · Count · one per appointment booked, by staff or by the patient. */
  appointmentsBooked: 'AppointmentsBooked',
  /** scheduling · Count · one per appointment moved to another time. */
  appointmentsRescheduled: 'AppointmentsRescheduled',
  /** scheduling · Count · one per appointment cancelled. */
  appointmentsCancelled: 'AppointmentsCancelled',
  /** scheduling · Count · one per freed time that somebody on the waiting list took. */
  freedSlotsRefilled: 'FreedSlotsRefilled',
  /** scheduling · Count · one per freed time that nobody on the waiting list wanted, or in time. */
  freedSlotsLapsed: 'FreedSlotsLapsed',
  /** scheduling · Count · the mail service took a calendar invitation. */
  invitationsSent: 'InvitationsSent',
  /** scheduling · Count · an invitation was refused, or nobody knows what became of it. */
  invitationsFailed: 'InvitationsFailed',
  /** scheduling · Count · one per reading of a provider's own calendar that failed. */
  calendarImportsFailed: 'CalendarImportsFailed',
  /** scheduling · Count · one per booked visit that a provider's own calendar newly clashes with. */
  calendarClashesOpened: 'CalendarClashesOpened',

  /** messaging · Count · the carrier service took the text. */
  textsAccepted: 'TextsAccepted',
  /** messaging · Count · a final receipt says the carrier delivered it. */
  textsDelivered: 'TextsDelivered',
  /** messaging · Count · refused at once, or a final receipt says it was not delivered. */
  textsFailed: 'TextsFailed',
  /** messaging · Count · not sent on purpose: no consent, opted out, cancelled, stale, capped. */
  textsSuppressed: 'TextsSuppressed',
  /** messaging · Count · the answer of the send call never came; a receipt has to settle it. */
  textsAmbiguous: 'TextsAmbiguous',
  /** messaging · Count · a number said STOP. */
  optOuts: 'OptOuts',
  /** messaging · Count · a call that says that no text is taken at present, and each minute every clinic that is paused for it and has texts due. */
  sendingPaused: 'SendingPaused',

  /** messaging · Percent · the last seven days of all clinics, counted every hour (core/figures.ts); absent below 50 of a kind. */
  deliveryPercent: 'DeliveryPercent',
  responsePercent: 'ResponsePercent',
  confirmPercent: 'ConfirmPercent',
  optOutPercent: 'OptOutPercent',
  noShowPercent: 'NoShowPercent',
  checkInNeedPercent: 'CheckInNeedPercent',
  /** messaging · Seconds · of the same days: from a red flag to the first thing staff did, or until now; half of them and all but one in twenty. */
  redFlagSecondsP50: 'RedFlagSecondsP50',
  redFlagSecondsP95: 'RedFlagSecondsP95',
  /** messaging · Count · US cents that the texts of the same days cost. */
  textsCostCents: 'TextsCostCents',
  /** messaging · Count · clinics whose last seven days are beyond a limit in their settings; 0 included. */
  clinicsBelowDelivery: 'ClinicsBelowDelivery',
  clinicsAboveOptOuts: 'ClinicsAboveOptOuts',
  clinicsSlowOnRedFlags: 'ClinicsSlowOnRedFlags',
  /** messaging · Count · clinics whose marketing was stopped just now, for their opt-outs. */
  marketingPaused: 'MarketingPaused',
  /** messaging · Count · clinics that an hour's run of the figures, or of their files, failed at or had no time for; 0 included. */
  clinicsNotCounted: 'ClinicsNotCounted',

  /**
   * messaging (kind reminders) and care (kind check-ins) · Seconds · how long the oldest text that should have been sent has been
   * waiting; 0 when nothing waits. scheduling · the same of freed time that should have been offered. Emitted by each minute's sweep.
   */
  oldestDueSeconds: 'OldestDueSeconds',

  /** care · Count · triage cases opened since the sweep before, in whatever area, and not acknowledged yet. */
  redFlagsOpened: 'RedFlagsOpened',
  /** care · Count · triage cases nobody has acknowledged yet. Emitted by each minute's check-in sweep, 0 included. */
  redFlagsWaiting: 'RedFlagsWaiting',

  /** billing · Count · one per charge line written to the export. */
  chargeLinesExported: 'ChargeLinesExported',
  /** audit · Count · one per entry appended to a chain. */
  auditEntriesAppended: 'AuditEntriesAppended',
  /** audit and billing · Count · stream records set aside because they can never be processed. */
  recordsParked: 'RecordsParked',
} as const;

export type MetricName = (typeof metricNames)[keyof typeof metricNames];
