import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A calendar file in the shape one of the big exporters gives it. */
export const calendarFixture = (name: 'google' | 'outlook' | 'apple'): string =>
  readFileSync(join(import.meta.dirname, '..', 'fixtures', 'calendars', `${name}.ics`), 'utf8');

/** A calendar of the given lines, inside one event each. */
export const calendarOf = (...events: readonly (readonly string[])[]): string =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Example//Test//EN',
    ...events.flatMap((lines) => ['BEGIN:VEVENT', ...lines, 'END:VEVENT']),
    'END:VCALENDAR',
    '',
  ].join('\r\n');
