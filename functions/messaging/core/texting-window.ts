import { Temporal } from 'temporal-polyfill';
import type { MessagingSettings } from './settings.ts';

/**
 * When texts may arrive: windows of the wall clock in one zone or, where nobody knows which, in all that are plausible at once.
 */

/** Part of a local day in minutes: half open. */
interface Stretch {
  readonly from: number;
  readonly until: number;
}

/** The stretches of each weekday, Monday is 1. */
export type TextingWindow = (weekday: number) => readonly Stretch[];

const dayMinutes = 24 * 60;
const minutesOf = (wallTime: string): number => Number(wallTime.slice(0, 2)) * 60 + Number(wallTime.slice(3, 5));

/** The clinic's hours for texts of treatment. */
export const treatmentWindow = ({ textingHours: { from, until } }: Pick<MessagingSettings, 'textingHours'>) => {
  const everyDay = [{ from: from * 60, until: until * 60 }];
  return (): readonly Stretch[] => everyDay;
};

/** When marketing may arrive, held to the recipient's state where that is stricter and to all states where none is known. */
export const marketingWindow = (
  { marketingHours: { hours, exceptions } }: Pick<MessagingSettings, 'marketingHours'>,
  state: string | undefined,
): TextingWindow => {
  const stricter = exceptions.filter(({ states }) => state === undefined || states.includes(state));
  const all = [hours, ...stricter.map((exception) => exception.hours)];
  return (weekday) =>
    all
      .map((week) =>
        week
          .filter((day) => day.weekday === weekday)
          .map(({ from, to }) => ({ from: minutesOf(from), until: minutesOf(to) })),
      )
      .reduce((one, other) => one.flatMap((a) => other.flatMap((b) => overlap(a, b))));
};

/** What the window of a kind of text reads of the settings. */
export type TextingSettings = Pick<MessagingSettings, 'textingHours' | 'marketingHours'>;

/** When texts of a category may arrive in a state. */
export const textingWindow = (category: string, settings: TextingSettings, state: string | undefined): TextingWindow =>
  category === 'marketing' ? marketingWindow(settings, state) : treatmentWindow(settings);

/** The window of what nobody is woken by, such as an e-mail. */
export const anyHour: TextingWindow = () => [{ from: 0, until: dayMinutes }];

const overlap = (one: Stretch, other: Stretch): readonly Stretch[] => {
  const from = Math.max(one.from, other.from);
  const until = Math.min(one.until, other.until);
  return from < until ? [{ from, until }] : [];
};

/** Whether a text may arrive at the instant, in every one of the zones. */
export const isOpen = (at: Temporal.Instant, zones: readonly string[], window: TextingWindow): boolean =>
  zones.every((zone) => stretchAt(at, zone, window) !== undefined);

const stretchAt = (at: Temporal.Instant, zone: string, window: TextingWindow): Stretch | undefined => {
  const { dayOfWeek, hour, minute } = at.toZonedDateTimeISO(zone);
  const now = hour * 60 + minute;
  return window(dayOfWeek).find(({ from, until }) => from <= now && now < until);
};

/** More than a week, so that a window of one weekday is found. */
const searchDays = 9;

/** The first instant from `at` on at which a text may arrive in every zone; undefined where the windows of a week never meet. */
export const opensAt = (
  at: Temporal.Instant,
  zones: readonly string[],
  window: TextingWindow,
): Temporal.Instant | undefined => {
  if (isOpen(at, zones, window)) return at;
  // It opens when the last of the zones does.
  const openings = zones
    .flatMap((zone) => boundaries(at, zone, window, ({ from }) => from))
    .filter((opening) => Temporal.Instant.compare(opening, at) > 0)
    .sort(Temporal.Instant.compare);
  return openings.find((opening) => isOpen(opening, zones, window));
};

/** When the window closes that is open at `at`: nothing may arrive from then on. */
export const closesAt = (at: Temporal.Instant, zones: readonly string[], window: TextingWindow): Temporal.Instant => {
  const [first = at] = zones
    .flatMap((zone) => boundaries(at, zone, window, ({ until }) => until))
    .filter((closing) => Temporal.Instant.compare(closing, at) > 0)
    .sort(Temporal.Instant.compare);
  return first;
};

/** When the window last closed in a zone, at `at` or before it; undefined where a week has none. */
export const closedAt = (at: Temporal.Instant, zone: string, window: TextingWindow): Temporal.Instant | undefined =>
  boundaries(at, zone, window, ({ until }) => until, 1 - searchDays)
    .filter((closing) => Temporal.Instant.compare(closing, at) <= 0)
    .sort(Temporal.Instant.compare)
    .at(-1);

const boundaries = (
  at: Temporal.Instant,
  zone: string,
  window: TextingWindow,
  minuteOf: (stretch: Stretch) => number,
  firstDay = 0,
): readonly Temporal.Instant[] => {
  const first = at.toZonedDateTimeISO(zone).toPlainDate().add({ days: firstDay });
  return Array.from({ length: searchDays }, (_, days) => first.add({ days })).flatMap((date) =>
    window(date.dayOfWeek).map((stretch) => atMinute(date, minuteOf(stretch), zone)),
  );
};

const atMinute = (date: Temporal.PlainDate, minute: number, zone: string): Temporal.Instant => {
  const day = minute === dayMinutes ? date.add({ days: 1 }) : date;
  const plainTime = new Temporal.PlainTime(Math.floor((minute % dayMinutes) / 60), minute % 60);
  return day.toZonedDateTime({ timeZone: zone, plainTime }).toInstant();
};
