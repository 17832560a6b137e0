import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../../functions/messaging/core/settings.ts';
import { warningsOf } from '../../../../functions/messaging/core/staff-lint.ts';
import {
  decideStaffText,
  maxStaffWords,
  type StaffTextState,
  staffBody,
} from '../../../../functions/messaging/core/staff-text.ts';
import { isOpen, treatmentWindow } from '../../../../functions/messaging/core/texting-window.ts';
import { anyText } from '../../../helpers/any-text.ts';

const window = treatmentWindow(DEFAULT_SETTINGS);
const noon = Temporal.Instant.from('2026-11-24T19:00:00Z');
const night = Temporal.Instant.from('2026-11-25T05:00:00Z');
const state = (now: Temporal.Instant, changed: Partial<StaffTextState> = {}): StaffTextState => ({
  isOptedOut: false,
  hasAgreed: true,
  lastInboundAt: undefined,
  zones: ['America/Denver'],
  window,
  plannedFor: now,
  ...changed,
});
const ago = (now: Temporal.Instant, hours: number) => now.subtract({ hours }).toString();

describe('what staff wrote', () => {
  it.each([
    ['by day goes, until the night', noon, {}, { kind: 'send', isAtNight: false }],
    [
      'by night waits for the morning',
      night,
      {},
      { kind: 'wait', until: Temporal.Instant.from('2026-11-25T15:00:00Z') },
    ],
    ['by night goes as an answer', night, { lastInboundAt: ago(night, 23) }, { kind: 'send', isAtNight: true }],
    ['by night is no answer after a day', night, { lastInboundAt: ago(night, 24) }, { kind: 'wait' }],
    [
      'never goes after a STOP, answer or not',
      noon,
      { isOptedOut: true, lastInboundAt: ago(noon, 0) },
      { kind: 'refuse', reason: 'opted-out' },
    ],
    ['does not go to who agreed to nothing', noon, { hasAgreed: false }, { kind: 'refuse', reason: 'no-consent' }],
    [
      'goes to who agreed to nothing as an answer',
      noon,
      { hasAgreed: false, lastInboundAt: ago(noon, 1) },
      { kind: 'send' },
    ],
    [
      'is worth nothing a day later',
      noon,
      { plannedFor: noon.subtract({ hours: 24 }) },
      { kind: 'refuse', reason: 'stale' },
    ],
    [
      'waits where it is night for one of a family',
      Temporal.Instant.from('2026-11-24T15:30:00Z'),
      { zones: ['America/New_York', 'America/Los_Angeles'] },
      { kind: 'wait', until: Temporal.Instant.from('2026-11-24T16:00:00Z') },
    ],
  ] as const)('%s', (_, now, changed, decision) => {
    expect(decideStaffText(state(now, changed), now)).toMatchObject(decision);
  });

  it('never arrives by night unasked, and waits for a time at which it goes', () => {
    const zone = fc.constantFrom('America/New_York', 'America/Denver', 'America/Phoenix', 'Pacific/Honolulu');
    fc.assert(
      fc.property(fc.nat({ max: 400 * 24 * 60 }), fc.uniqueArray(zone, { minLength: 1 }), (minutes, zones) => {
        const now = noon.add({ minutes });
        const decision = decideStaffText(state(now, { zones }), now);
        if (decision.kind === 'send') {
          expect(isOpen(now, zones, window)).toBe(true);
          expect(isOpen(decision.expiresAt.subtract({ seconds: 1 }), zones, window)).toBe(true);
        } else {
          expect(decision.kind).toBe('wait');
          if (decision.kind !== 'wait') return;
          expect(decideStaffText(state(decision.until, { zones }), decision.until).kind).toBe('send');
        }
      }),
    );
  });
});

describe('the text itself', () => {
  it.each([
    ['Yes, bring it.', 'Lakeview: Yes, bring it.'],
    ['“Yes” – it’s fine…', 'Lakeview: "Yes" - it\'s fine...'],
    ['Mañana a las 9, está bien', 'Lakeview: Mañana a las 9, esta bien'],
    ['👍 see you', 'Lakeview: 👍 see you'],
    ['明天见', 'Lakeview: 明天见'],
    ['Lakeview here: yes', 'Lakeview here: yes'],
  ])('%s', (words, body) => {
    expect(staffBody('Lakeview', words)).toBe(body);
  });

  it('is within what the carrier takes, whatever is written', () => {
    fc.assert(
      fc.property(anyText({ maxLength: maxStaffWords }), fc.string({ maxLength: 40 }), (words, brand) => {
        expect(staffBody(brand, words).length).toBeLessThanOrEqual(1_600);
      }),
    );
    // Each character that is written as three.
    expect(staffBody('W'.repeat(40), '…'.repeat(maxStaffWords)).length).toBeLessThanOrEqual(1_600);
  });
});

describe('warnings', () => {
  const people = [{ givenName: 'José', familyName: 'O’Neil Reyes', birthDate: '1984-02-29' }];
  const ownLink = 'https://p.example';
  it.each([
    ['See you at 9 tomorrow, park behind the house.', []],
    ['Hi Jose, yes', ['patient-name']],
    ['Is this oneil reyes?', ['patient-name']],
    ['Born 2/29/84?', ['birth-date']],
    ['born Feb 29, 1984', ['birth-date']],
    ['Your SSN 123-45-6789', ['id-number']],
    ['The MRI shows stenosis', ['diagnosis']],
    ['Su resonancia está lista', ['diagnosis']],
    ['See https://p.example/v/abc', []],
    ['See https://p.example.evil.test/v', ['link']],
    ['See p.example/v/abc', []],
    ['See evil.xyz/v', ['link']],
    ['Send C or CANCEL', ['reply-cancel']],
    ['See https://bit.ly/x', ['link-shortener', 'link']],
    ['To stop it reply CANCEL please', ['reply-cancel']],
    ['20% off this week', ['promotes']],
  ])('%s: %s', (words, warnings) => {
    expect(warningsOf(words, { people, ownLink })).toEqual(warnings);
  });

  it('come in no time for the longest text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: maxStaffWords }), (words) => {
        expect(warningsOf(words, { people, ownLink })).toBeInstanceOf(Array);
      }),
    );
  });
});
