import type { Modality } from '../../functions/scheduling/core/types.ts';

/** Times, numbers and names as patients read them (English, United States). */

const formatters = new Map<string, Intl.DateTimeFormat>();
const maxFormatters = 200;

const format = (instant: string, zone: string, options: Intl.DateTimeFormatOptions): string => {
  const key = `${zone} ${JSON.stringify(options)}`;
  let formatter = formatters.get(key);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-US', { ...options, timeZone: zone });
    if (formatters.size >= maxFormatters) formatters.clear();
    formatters.set(key, formatter);
  }
  // Intl puts a narrow space before AM and PM, which some phones show as a box.
  return formatter.format(Date.parse(instant)).replaceAll('\u202f', '\u00a0');
};

/** `Tuesday, November 24` */
export const longDate = (instant: string, zone: string): string =>
  format(instant, zone, { weekday: 'long', month: 'long', day: 'numeric' });

/** `November 24, 2026`, of what may be long ago. */
export const fullDate = (instant: string, zone: string): string => format(instant, zone, { dateStyle: 'long' });

/** `Tue, Nov 24` */
export const shortDate = (instant: string, zone: string): string =>
  format(instant, zone, { weekday: 'short', month: 'short', day: 'numeric' });

/** `Nov` */
export const monthName = (instant: string, zone: string): string => format(instant, zone, { month: 'short' });

/** `24` */
export const dayOfMonth = (instant: string, zone: string): string => format(instant, zone, { day: 'numeric' });

/** `9:30 AM` */
export const timeOfDay = (instant: string, zone: string): string =>
  format(instant, zone, { hour: 'numeric', minute: '2-digit' });

/** `Mountain Time`, as people there call it. */
export const zoneName = (instant: string, zone: string): string =>
  format(instant, zone, { timeZoneName: 'longGeneric' }).replace(/^[\d/]+,\s/, '');

/** Whether two zones show the same clock at an instant. */
export const isSameClock = (instant: string, one: string, other: string): boolean => {
  const options: Intl.DateTimeFormatOptions = { dateStyle: 'short', timeStyle: 'short' };
  return one === other || format(instant, one, options) === format(instant, other, options);
};

/** `(206) 555-0123`; a number of another shape stays as it is. */
export const phoneText = (phone: string): string => phone.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '($1)\u00a0$2-$3');

export const visitName: Readonly<Record<Modality, string>> = {
  'in-person': 'visit',
  video: 'video visit',
  audio: 'phone visit',
};

/** How the patient comes to the visit. */
export const arrival: Readonly<Record<Modality, string>> = {
  'in-person': 'At the clinic',
  video: 'By video, from where you are',
  audio: 'By phone: we call you',
};
