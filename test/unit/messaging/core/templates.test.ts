import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { segment } from '../../../../functions/messaging/core/segments.ts';
import {
  builtInWords,
  formatClockTime,
  formatVisitTime,
  LANGUAGES,
  longestText,
  renderText,
  TEMPLATE_NAMES,
  type TemplateName,
  TOKEN_LIMITS,
  tokensIn,
} from '../../../../functions/messaging/core/templates.ts';

const worst = {
  clinicName: 'W'.repeat(TOKEN_LIMITS.clinicName),
  time: 'W'.repeat(TOKEN_LIMITS.time),
  link: `https://${'w'.repeat(42)}`,
  phone: '5'.repeat(TOKEN_LIMITS.phone),
  caseId: 'w'.repeat(TOKEN_LIMITS.caseId),
  count: '5'.repeat(TOKEN_LIMITS.count),
  code: '5'.repeat(TOKEN_LIMITS.code),
  options: 'W'.repeat(TOKEN_LIMITS.options),
  until: 'W'.repeat(TOKEN_LIMITS.until),
};
const render = (name: TemplateName, parameters = worst): string => renderText(name, parameters);

describe('renderText', () => {
  const inEachLanguage = LANGUAGES.flatMap((language) => TEMPLATE_NAMES.map((name) => [name, language] as const));

  // The longest domain that README.md recommends, and the longest name a clinic can have.
  const recommended = { publicUrl: `https://${'w'.repeat(20)}`, slug: 's'.repeat(40) };

  it.each(inEachLanguage)('%s (%s) is one GSM-7 segment at its longest, every token filled', (name, language) => {
    const text = longestText(name, builtInWords(name, language), recommended);
    expect(segment(text), `${text.length}: ${text}`).toEqual({ encoding: 'GSM-7', segments: 1, characters: [] });
    expect(text).not.toMatch(/[{}]/);
  });

  it.each([
    ['reminder-72h', `/v/${'W'.repeat(22)}`],
    ['recall', `/book/${'s'.repeat(40)}`],
    ['on-call-alert', `/v1/triage-cases/${'W'.repeat(30)}`],
  ] as const)('%s is at its longest with the whole of its link', (name, path) => {
    const publicUrl = 'https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com';
    const text = longestText(name, builtInWords(name, 'en'), { ...recommended, publicUrl });
    expect(text).toContain(`${publicUrl}${path}`);
    expect(segment(text).segments).toBe(2);
  });

  it.each(TEMPLATE_NAMES)('%s begins with the clinic and holds no private word', (name) => {
    const text = render(name, { ...worst, clinicName: 'Plumb Clinic', link: 'https://p.example/v/1' });
    expect(text).toMatch(/^Plumb Clinic/);
    expect(text).not.toMatch(/spine|back|surgery|therapy|physio|diagnos|\bDr\b|doctor|injection|CANCEL\b/);
  });

  it.each([
    'confirmation',
    'confirmation-series',
    'check-in-48h',
    'exercise-week',
    'recall',
    'reply-help',
    'reply-opt-in',
  ] as const)('%s says how to stop', (name) => {
    expect(render(name)).toMatch(/\bSTOP to stop/);
    expect(builtInWords(name, 'es')).toMatch(/\bSTOP para salir/);
  });

  it.each(TEMPLATE_NAMES)(
    '%s says the same in Spanish: same tokens, same keywords, the clinic first, no private word',
    (name) => {
      const [english, spanish] = [builtInWords(name, 'en'), builtInWords(name, 'es')];
      expect(tokensIn(spanish)).toEqual(tokensIn(english));
      const keywords = (words: string) => new Set(words.match(/\b(?:STOP|START|HELP|C|R|911|0-7|10)\b/g));
      expect(keywords(spanish)).toEqual(keywords(english));
      expect(spanish).toMatch(/^\{clinicName\}/);
      expect(spanish).not.toMatch(/columna|espalda|ciru[gj]|terapia|fisio|diagn|inyecci|CANCELAR\b|[áíóúÁÍÓÚ]/);
    },
  );

  it('says in words what each text is for', () => {
    const parameters = {
      clinicName: 'Plumb',
      time: 'Tue Dec 1 9:30 AM EST',
      link: 'https://p.example/v/1',
      phone: '212-555-0101',
      caseId: 'tri_1',
      count: '8',
    };
    expect(renderText('confirmation', parameters)).toBe(
      "Plumb: you're booked Tue Dec 1 9:30 AM EST. Details: https://p.example/v/1 Reply STOP to stop.",
    );
    expect(renderText('confirmation-series', parameters)).toContain('8 visits booked, first Tue Dec 1 9:30 AM EST');
    expect(renderText('cancelled-by-clinic', parameters)).toBe(
      'Plumb: we cancelled your visit Tue Dec 1 9:30 AM EST. Choose another: https://p.example/v/1',
    );
    expect(renderText('cancelled-series', parameters)).toMatch(/your 8 visits from Tue Dec 1 .* call 212-555-0101/);
    expect(renderText('choose-another', parameters)).toMatch(/please choose another time for your visit Tue Dec 1/);
    expect(renderText('reminder-24h', parameters)).toContain('Reply C to confirm, R to move');
    expect(renderText('reminder-confirmed', parameters)).not.toContain('Reply');
    expect(renderText('reply-red-flag', parameters)).toMatch(/911.*clinician has been alerted/);
    expect(renderText('reply-opt-out-visit-stands', parameters)).toMatch(
      /visit still stands.*call 212-555-0101.*START/,
    );
    expect(renderText('on-call-alert', parameters)).toBe(
      'Plumb on call: a case needs you now. tri_1 https://p.example/v/1',
    );
  });

  it('writes any clinic name in GSM-7, cut at its limit, and stands in for one that has no plain form', () => {
    const name = (clinicName: string) => renderText('reply-exercise-answer', { clinicName }).split(':')[0];
    expect(name('Clínica “Ñandú” 🦴')).toBe('Clinica "Ñandu"');
    expect(name('A'.repeat(21))).toBe('A'.repeat(20));
    expect(name('脊椎')).toBe('Your clinic');
    expect(name('Spine\nand\tMore')).toBe('Spine and More');
    expect(name('{link} [x]')).toBe('link x');
  });

  it('never cuts a link', () => {
    const link = `https://p.example/${'v'.repeat(100)}`;
    expect(renderText('reply-reschedule', { clinicName: 'Plumb', link })).toContain(link);
  });
});

describe('an offer', () => {
  it('says until when, by the same clock as the time it offers', () => {
    const text = renderText('waiting-offer', {
      clinicName: 'Plumb',
      time: formatVisitTime(Temporal.Instant.from('2026-12-01T14:30:00Z'), 'America/New_York'),
      until: formatClockTime(Temporal.Instant.from('2026-11-30T18:05:00Z'), 'America/New_York'),
      link: 'https://p.example/o/1',
    });
    expect(text).toBe('Plumb: Tue Dec 1 9:30 AM EST is free. It is yours until 1:05 PM EST: https://p.example/o/1');
  });

  it('has an end within its limit in every zone', () => {
    for (const zone of Intl.supportedValuesOf('timeZone')) {
      const until = formatClockTime(Temporal.Instant.from('2026-12-30T12:34:00Z'), zone);
      expect(until.length, `${zone}: ${until}`).toBeLessThanOrEqual(TOKEN_LIMITS.until);
    }
  });
});

describe('formatVisitTime', () => {
  it.each([
    ['2026-12-01T14:30:00Z', 'America/New_York', 'Tue Dec 1 9:30 AM EST'],
    ['2026-07-01T16:00:00Z', 'America/New_York', 'Wed Jul 1 12:00 PM EDT'],
    ['2026-07-01T04:05:00Z', 'America/New_York', 'Wed Jul 1 12:05 AM EDT'],
    ['2026-12-01T14:30:00Z', 'America/Los_Angeles', 'Tue Dec 1 6:30 AM PST'],
    ['2026-12-01T14:30:00Z', 'Pacific/Honolulu', 'Tue Dec 1 4:30 AM HST'],
    ['2026-12-01T14:30:00Z', 'America/Phoenix', 'Tue Dec 1 7:30 AM MST'],
    ['2026-12-01T14:30:00Z', 'Asia/Kathmandu', 'Tue Dec 1 8:15 PM GMT+5:45'],
    ['2026-11-01T05:30:00Z', 'America/New_York', 'Sun Nov 1 1:30 AM EDT'],
    ['2026-11-01T06:30:00Z', 'America/New_York', 'Sun Nov 1 1:30 AM EST'],
  ])('%s in %s is %s', (instant, zone, expected) => {
    expect(formatVisitTime(Temporal.Instant.from(instant), zone)).toBe(expected);
  });

  it.each([
    ['2026-12-01T14:30:00Z', 'mar 1 dic 9:30 AM EST'],
    ['2026-01-03T17:05:00Z', 'sab 3 ene 12:05 PM EST'],
    ['2026-09-23T16:00:00Z', 'mié 23 sep 12:00 PM EDT'],
  ])('%s in Spanish is %s, in letters of GSM-7', (instant, expected) => {
    expect(formatVisitTime(Temporal.Instant.from(instant), 'America/New_York', 'es')).toBe(expected);
  });

  it('names every day and month in Spanish', () => {
    const named = Array.from({ length: 366 }, (_, day) =>
      formatVisitTime(Temporal.Instant.from('2026-01-01T12:00:00Z').add({ hours: 24 * day }), 'UTC', 'es').split(' '),
    );
    expect(new Set(named.map(([weekday]) => weekday))).toEqual(new Set('lun mar mié jue vie sab dom'.split(' ')));
    expect([...new Set(named.map(([, , month]) => month))].join(' ')).toBe(
      'ene feb mar abr may jun jul ago sep oct nov dic',
    );
  });

  it('fits the limit of a time and GSM-7 in every zone, the whole year round', () => {
    for (const zone of Intl.supportedValuesOf('timeZone')) {
      for (const instant of ['2026-12-30T12:34:00Z', '2026-09-23T22:34:00Z']) {
        const text = formatVisitTime(Temporal.Instant.from(instant), zone);
        expect(formatVisitTime(Temporal.Instant.from(instant), zone, 'es')).toHaveLength(text.length);
        expect(text.length, text).toBeLessThanOrEqual(TOKEN_LIMITS.time);
        expect(text).toMatch(/^\w{3} \w{3} \d{1,2} \d{1,2}:\d\d (?:AM|PM) \S+$/);
      }
    }
  });

  it('refuses an unknown zone', () => {
    expect(() => formatVisitTime(Temporal.Instant.from('2026-12-01T14:30:00Z'), 'Mars/Base')).toThrow(RangeError);
  });
});
