import { describe, expect, it } from 'vitest';
import { calendarUrl } from '../../../../functions/scheduling/calendar/calendar-url.ts';

describe('calendarUrl', () => {
  it.each([
    [
      'https://calendar.example.com/ical/a%40b/private-1/basic.ics',
      'https://calendar.example.com/ical/a%40b/private-1/basic.ics',
    ],
    ['webcal://p01-caldav.example.com/published/2/x', 'https://p01-caldav.example.com/published/2/x'],
    ['  https://EXAMPLE.com/a.ics#part  ', 'https://example.com/a.ics'],
  ])('%s is kept as %s', (typed, kept) => {
    expect(calendarUrl(typed, false)).toBe(kept);
  });

  it.each([
    '',
    'calendar',
    'http://example.com/a.ics',
    'webcal://127.0.0.1/',
    'javascript:alert(1)',
    'https://10.0.0.1/',
  ])('%s is refused', (typed) => {
    expect(calendarUrl(typed, false)).toBeUndefined();
  });
});
