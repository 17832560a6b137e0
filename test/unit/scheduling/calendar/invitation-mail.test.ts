import ICAL from 'ical.js';
import { describe, expect, it } from 'vitest';
import { type InvitationMail, invitationMail } from '../../../../functions/scheduling/calendar/invitation-mail.ts';

const mail = (changed: Partial<InvitationMail['invitation']> = {}, brand = 'Lakeview Clinic'): string =>
  invitationMail({
    invitation: {
      clinicId: 'cli_1',
      appointmentId: 'apt_01K8Z3V9Q4M7T2W6X5Y1N0R8PA',
      patientId: 'pat_1',
      sequence: 0,
      method: 'REQUEST',
      status: 'planned',
      dueAt: '2026-11-20T10:00:00Z',
      attempts: 0,
      rev: 1,
      ...changed,
    },
    appointment: {
      id: 'apt_01K8Z3V9Q4M7T2W6X5Y1N0R8PA',
      clinicId: 'cli_1',
      patientId: 'pat_1',
      providerId: 'prv_1',
      typeId: 'aty_1',
      modality: 'video',
      status: 'booked',
      start: '2026-11-24T16:30:00Z',
      end: '2026-11-24T17:00:00Z',
      zone: 'America/Denver',
      wallTime: '2026-11-24T09:30',
      sequence: 0,
      rev: 1,
      cancellationReason: 'secret reason',
    },
    patient: { zone: 'America/New_York', email: 'ada@example.com' },
    clinic: { brand, phone: '+13035550100' },
    sender: 'visits@clinic.example',
    host: 'clinic.example',
    at: '2026-11-20T10:00:00Z',
  });

const decoded = (word: string): string =>
  Buffer.from(/=\?UTF-8\?B\?(.*?)\?=/.exec(word)?.[1] ?? '', 'base64').toString('utf8');

const read = (message: string) => {
  const [head = '', ...rest] = message.split('\r\n\r\n');
  const headers = new Map(
    head.split('\r\n').map((line) => [line.split(': ')[0] ?? '', line.slice(line.indexOf(':') + 2)]),
  );
  const parts = new Map<string, string>();
  const boundary = /boundary="(.*)"/.exec(headers.get('Content-Type') ?? '')?.[1] ?? '';
  for (const part of rest.join('\r\n\r\n').split(`--${boundary}`)) {
    const [partHead = '', body = ''] = part.trim().split('\r\n\r\n');
    const type = /Content-Type: (.*)/.exec(partHead)?.[1];
    if (type !== undefined) parts.set(type.trim(), Buffer.from(body, 'base64').toString('utf8'));
  }
  return { headers, parts };
};

const eventOf = (calendar: string) => {
  const component = new ICAL.Component(ICAL.parse(calendar));
  const event = component.getFirstSubcomponent('vevent');
  const value = (name: string) => String(event?.getFirstPropertyValue(name));
  return { method: String(component.getFirstPropertyValue('method')), value };
};

describe('invitationMail', () => {
  it("invites: the same time in words of the patient's zone and in iCalendar", () => {
    const { headers, parts } = read(mail());
    expect(headers.get('To')).toBe('ada@example.com');
    expect(decoded(headers.get('Subject') ?? '')).toBe('Lakeview Clinic: your visit');
    expect(decoded(headers.get('From') ?? '')).toBe('Lakeview Clinic');
    expect(headers.get('From')).toMatch(/ <visits@clinic\.example>$/);
    expect(parts.get('text/plain; charset=utf-8')).toContain(
      'Your visit is on Tuesday, November 24 at 11:30 AM (Eastern Time).',
    );
    const { method, value } = eventOf(parts.get('text/calendar; charset=utf-8; method=REQUEST') ?? '');
    expect([method, value('uid'), value('sequence'), value('dtstart'), value('dtend'), value('status')]).toEqual([
      'REQUEST',
      'apt_01K8Z3V9Q4M7T2W6X5Y1N0R8PA@clinic.example',
      '0',
      '2026-11-24T16:30:00Z',
      '2026-11-24T17:00:00Z',
      'CONFIRMED',
    ]);
    expect([value('organizer'), value('attendee'), value('dtstamp')]).toEqual([
      'mailto:visits@clinic.example',
      'MAILTO:ada@example.com',
      '2026-11-20T10:00:00Z',
    ]);
  });

  it('moves and cancels the same event with a higher sequence', () => {
    const moved = read(mail({ sequence: 1 }));
    expect(moved.parts.get('text/plain; charset=utf-8')).toContain('Your visit has moved. It is now on Tuesday');
    const cancelled = read(mail({ sequence: 2, method: 'CANCEL' }));
    const { method, value } = eventOf(cancelled.parts.get('text/calendar; charset=utf-8; method=CANCEL') ?? '');
    expect([method, value('uid'), value('sequence'), value('status')]).toEqual([
      'CANCEL',
      'apt_01K8Z3V9Q4M7T2W6X5Y1N0R8PA@clinic.example',
      '2',
      'CANCELLED',
    ]);
    expect(cancelled.parts.get('text/plain; charset=utf-8')).toContain('is cancelled.');
  });

  it('says nothing but the time, the brand and the number', () => {
    const { headers, parts } = read(mail());
    const all = [...headers.values(), decoded(headers.get('Subject') ?? ''), ...parts.values()].join('\n');
    for (const word of ['video', 'pat_1', 'prv_1', 'secret']) expect(all).not.toContain(word);
    expect(decoded(headers.get('Subject') ?? '')).not.toMatch(/\d/);
    expect(all).toContain('(303) 555-0100');
  });

  it('lets no name begin a header of its own', () => {
    const { headers } = read(mail({}, 'Lake\r\nBcc: all@example.com'));
    expect(headers.has('Bcc')).toBe(false);
    expect(decoded(headers.get('From') ?? '')).toBe('Lake\r\nBcc: all@example.com');
  });

  it('has lines of at most 998 characters, ASCII only', () => {
    const message = mail({}, 'Klinik Zürich – ärztlich');
    expect(message).toMatch(/^[\x20-\x7e\r\n]*$/);
    expect(Math.max(...message.split('\r\n').map(({ length }) => length))).toBeLessThan(200);
  });
});
