import ICAL from 'ical.js';
import * as z from 'zod';
import { CalendarFault, calendarLimits } from './fault.ts';

/** One property as jCal has it (RFC 7265): name, parameters, type of value, values. */
export interface CalendarProperty {
  readonly name: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly type: string;
  readonly values: readonly unknown[];
}

/** An event, a zone, or a part of a zone. */
export interface CalendarComponent {
  readonly name: string;
  readonly properties: readonly CalendarProperty[];
  readonly components: readonly CalendarComponent[];
}

/** The name under which the rule of an event is found, as text. */
export const ruleName = 'x-rrule';

/**
 * What is read of a calendar: when somebody is busy, and nothing else. Every other line (subjects, notes, guests) is
 * dropped before the parser sees it: it is none of the clinic's business, and a line broken by some exporter does no harm.
 */
const readNames =
  /^(?:BEGIN|END|UID|DTSTART|DTEND|DURATION|RRULE|RDATE|EXDATE|RECURRENCE-ID|STATUS|TRANSP|TZID|TZOFFSETFROM|TZOFFSETTO|X-LIC-LOCATION|X-MICROSOFT-CDO-BUSYSTATUS)[;:]/i;

/**
 * Reads the text of a calendar into its components.
 * @throws CalendarFault when it is too large, not a calendar, or cut short
 */
export const readCalendar = (text: string): readonly CalendarComponent[] => {
  // A character is at least a byte: the exact count of bytes is the business of who fetched them.
  if (text.length > calendarLimits.bytes) throw new CalendarFault('too-large');
  const lines = text
    .replace(/^\uFEFF/, '')
    .replaceAll(/\r?\n[ \t]/g, '')
    .split(/\r\n|\n|\r/)
    .filter((line) => readNames.test(line));
  if (!/^BEGIN:VCALENDAR$/i.test(lines[0]?.trimEnd() ?? '')) throw new CalendarFault('not-a-calendar');
  const checked = checkedShape(lines);
  if ((checked.at(-1) ?? '').toUpperCase() !== 'END:VCALENDAR') throw new CalendarFault('cut-short');
  return calendarsOf(checked).flatMap(({ components }) => components);
};

/**
 * Checks that every BEGIN has its END, neither too deep nor too many. Rules of events get another name on the way, so that the
 * parser leaves them as they are: what one of them says is judged with its event.
 */
const checkedShape = (lines: readonly string[]): readonly string[] => {
  const open: string[] = [];
  let components = 0;
  return lines.map((line) => {
    const [, mark, name = ''] = /^(BEGIN|END):(\S*)\s*$/i.exec(line) ?? [];
    if (mark?.toUpperCase() === 'BEGIN') {
      components += 1;
      open.push(name.toUpperCase());
      if (components > calendarLimits.components) throw new CalendarFault('too-many-events');
      if (open.length > calendarLimits.depth) throw new CalendarFault('cut-short');
    } else if (mark !== undefined && open.pop() !== name.toUpperCase()) {
      throw new CalendarFault('cut-short');
    }
    return open.at(-1) === 'VEVENT' ? line.replace(/^RRULE/i, ruleName) : line;
  });
};

const calendarsOf = (lines: readonly string[]): readonly CalendarComponent[] => {
  let parsed: unknown;
  try {
    parsed = ICAL.parse(lines.join('\r\n'));
  } catch (cause) {
    throw new CalendarFault('line-malformed', cause);
  }
  // Several calendars in one file come as a list of them, one comes by itself.
  const calendars = z.array(z.unknown()).parse(parsed);
  return (Array.isArray(calendars[0]) ? calendars : [calendars]).map(toComponent);
};

const propertyShape = z.tuple([z.string(), z.record(z.string(), z.unknown()), z.string()], z.unknown()).transform(
  ([name, parameters, type, ...values]): CalendarProperty => ({
    name,
    parameters: Object.fromEntries(
      Object.entries(parameters).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
    ),
    type,
    values,
  }),
);
const componentShape = z.tuple([z.string(), z.array(z.unknown()), z.array(z.unknown())]);

const toComponent = (jcal: unknown): CalendarComponent => {
  const [name, properties, components] = componentShape.parse(jcal);
  return {
    name,
    properties: properties.map((property) => propertyShape.parse(property)),
    components: components.map(toComponent),
  };
};

/** The first property of a name. */
export const propertyOf = (component: CalendarComponent, name: string): CalendarProperty | undefined =>
  component.properties.find((property) => property.name === name);

/** The text of the first property of a name, in upper case: statuses and the like. */
export const wordOf = (component: CalendarComponent, name: string): string | undefined => {
  const [value] = propertyOf(component, name)?.values ?? [];
  return typeof value === 'string' ? value.toUpperCase() : undefined;
};
