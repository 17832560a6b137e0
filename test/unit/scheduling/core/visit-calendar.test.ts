import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { newId } from '../../../../functions/platform/ids.ts';
import { visitFeed } from '../../../../functions/scheduling/core/visit-calendar.ts';

const made = Temporal.Instant.from('2026-11-20T10:00:00Z');
const visit = {
  id: newId('appointment', made),
  start: '2026-11-24T16:00:00Z',
  end: '2026-11-24T16:30:00Z',
  modality: 'in-person',
  sequence: 2,
} as const;
const options = { host: 'clinic.example', name: 'Visits' };

describe('visitFeed', () => {
  it('is an iCalendar file with CRLF line ends, times in UTC', () => {
    const lines = visitFeed([visit], options).split('\r\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'BEGIN:VCALENDAR',
        'VERSION:2.0',
        `UID:${visit.id}@clinic.example`,
        'SEQUENCE:2',
        'DTSTAMP:20261120T100000Z',
        'DTSTART:20261124T160000Z',
        'DTEND:20261124T163000Z',
        'SUMMARY:Visit (in person)',
        'END:VCALENDAR',
      ]),
    );
    expect(lines.some((line) => line.startsWith('METHOD'))).toBe(false);
  });

  it('gives the same bytes for the same visits in any order', () => {
    const other = { ...visit, id: newId('appointment', made), start: '2026-11-23T16:00:00Z' };
    expect(visitFeed([visit, other], options)).toBe(visitFeed([other, visit], options));
  });

  it('of no visits is a calendar all the same', () => {
    expect(visitFeed([], options)).toMatch(/^BEGIN:VCALENDAR[\s\S]*END:VCALENDAR/);
  });
});
