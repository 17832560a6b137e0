import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { afterAll, describe, expect, it } from 'vitest';
import { localNow, parseDuration, readOffsetMillis, setLocalClock } from '../../../local/clock.ts';
import { choosePorts } from '../../../local/ports.ts';
import { formsOf } from '../../../local/tour/page.ts';

describe('a stretch of time', () => {
  it.each([
    ['3d', 259_200],
    ['90m', 5_400],
    ['2h', 7_200],
    ['3d12h', 302_400],
    ['1d 2h 30m', 95_400],
    ['45s', 45],
    [' 2H ', 7_200],
    ['366d', 31_622_400],
  ])('%s', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it.each(['', '3', 'd', '-3d', '3 days', '2h3d', '1.5h', '0d', '367d', 'tomorrow'])('%j is none', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it('reads back whatever days, hours, minutes and seconds it was written from', () => {
    const part = (most: number) => fc.integer({ min: 0, max: most });
    fc.assert(
      fc.property(part(300), part(23), part(59), part(59), (days, hours, minutes, seconds) => {
        const total = days * 86_400 + hours * 3_600 + minutes * 60 + seconds;
        expect(parseDuration(`${days}d${hours}h${minutes}m${seconds}s`)).toBe(total === 0 ? undefined : total);
      }),
    );
  });
});

describe('the local clock', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-clock-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('shows the time of the machine until it is moved', () => {
    expect(readOffsetMillis(join(folder, 'none.json'))).toBe(0);
  });

  it('runs on from where it is set', async () => {
    const file = join(folder, 'state', 'clock.json');
    const wanted = Temporal.Instant.from('2031-03-09T09:59:59Z');
    await setLocalClock(file, wanted);
    const shown = localNow(file);
    expect(Temporal.Instant.compare(shown, wanted)).toBeGreaterThanOrEqual(0);
    expect(shown.toString()).toMatch(/^2031-03-09T/);
  });

  it('names a file that cannot be read, and how to go on', () => {
    const file = join(folder, 'broken.json');
    writeFileSync(file, '{');
    expect(() => localNow(file)).toThrow(`delete ${file}`);
  });
});

describe('the ports', () => {
  it('are three in a row from the one that is named', () => {
    expect(choosePorts('9000', {})).toEqual({ frontDoor: 9000, carrier: 9001, engine: 9002 });
  });

  it('are moved one by one by their variables', () => {
    expect(choosePorts(undefined, { PLUMBLINE_CARRIER_PORT: '9100' })).toEqual({
      frontDoor: 8700,
      carrier: 9100,
      engine: 8702,
    });
  });

  it.each(['', 'abc', '80', '65534', '1e4', '-1'])('--port %j is refused', (text) => {
    expect(() => choosePorts(text, {})).toThrow('--port must be a port number');
  });
});

describe('the forms of a page', () => {
  it('are read as a browser without script would send them', () => {
    const [form, ...others] = formsOf(`<p>Hello</p><form class="x" method="post" action="/v/abc">
<input type="hidden" name="action" value="reschedule"><input type="hidden" name="rev" value="3"><input type="text" name="note">
<ul><li><button type="submit" name="start" value="2026-11-27T15:00:00Z"><span class="hidden">Move to Friday, </span>8:00&#39;s</button></li></ul>
<button class="primary" type="submit">Send</button></form>`);
    expect(others).toEqual([]);
    expect(form).toEqual({
      method: 'post',
      action: '/v/abc',
      fields: { action: 'reschedule', rev: '3' },
      buttons: [{ name: 'start', value: '2026-11-27T15:00:00Z', text: "Move to Friday, 8:00's" }],
    });
  });
});
