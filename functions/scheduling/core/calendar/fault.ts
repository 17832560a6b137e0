/** Why a calendar cannot be read. Codes are part of the API: never rename one. */
export const calendarFaults = {
  'too-large': 'The calendar is larger than 2 MB.',
  'not-a-calendar': 'The address does not answer with an iCalendar file.',
  'cut-short': 'The file ends in the middle, or is not built as a calendar is.',
  'line-malformed': 'A line that says when something is cannot be read.',
  'too-many-events': 'The calendar has more parts than are read.',
  'time-invalid': 'An event has no start, or a date or time that does not exist.',
  'zone-unknown': 'An event is in a time zone that is neither known nor described in the file.',
  'recurrence-invalid': 'An event repeats by a rule that cannot be understood.',
  'recurrence-too-fine': 'An event repeats every minute or second, or far too often in a day.',
  'too-many-occurrences': 'The events repeat more often than is read.',
  'too-slow': 'Working out when the events repeat took too long.',
} as const;

export type CalendarFaultCode = keyof typeof calendarFaults;

/** A calendar that cannot be read: nothing of it counts, what was imported last stays. */
export class CalendarFault extends Error {
  readonly code: CalendarFaultCode;

  constructor(code: CalendarFaultCode, cause?: unknown) {
    super(calendarFaults[code], cause === undefined ? undefined : { cause });
    this.name = 'CalendarFault';
    this.code = code;
  }
}

/**
 * How much of a calendar is read at most. A busy clinician's calendar of ten years has a few thousand events; what is
 * past these numbers is a mistake or an attack, and is refused whole: half a calendar would offer taken time.
 */
export const calendarLimits = {
  bytes: 2 * 1024 * 1024,
  /** Events, zones and the parts of zones. */
  components: 20_000,
  /** Components within components: calendar, zone or event, part of a zone, alarm. */
  depth: 4,
  /** Times a rule is followed for one event, and for all events. */
  occurrencesPerEvent: 10_000,
  occurrences: 100_000,
} as const;
