import ICAL from 'ical.js';
import { canonicalZone, dayMillis, type ZoneClock, zoneClock } from '../../../platform/time.ts';
import { CalendarFault } from './fault.ts';
import { type CalendarComponent, propertyOf } from './read-calendar.ts';
import { icalTimeOf } from './recurrence.ts';
import { windowsZones } from './windows-zones.ts';

/** What turns the reading of a wall clock into an instant. */
export type WallClock = Pick<ZoneClock, 'epochMillisOf'>;

/** The clocks of one calendar. */
export interface ZonesOfCalendar {
  readonly utc: WallClock;
  /** For whole days, which begin when the provider's own do. */
  readonly ofDays: WallClock;
  /** By the name an event uses; without one, the time is meant wherever the provider is. */
  of(tzid: string | undefined): WallClock;
}

/**
 * The zones of a calendar. A name that IANA or Windows knows means that zone by our own zone data, so that a rule of a
 * country that changed is the same rule everywhere in the house, however old the exporter is; only a name nobody knows is
 * taken as the file describes it.
 */
export const zonesOf = (components: readonly CalendarComponent[], providerZone: string): ZonesOfCalendar => {
  const described = new Map<string, CalendarComponent>();
  for (const component of components) {
    const [tzid] = component.name === 'vtimezone' ? (propertyOf(component, 'tzid')?.values ?? []) : [];
    if (typeof tzid === 'string') described.set(tzid, component);
  }
  const clocks = new Map<string, WallClock>();
  const own = zoneClock(providerZone);
  return {
    utc: zoneClock('UTC'),
    ofDays: { epochMillisOf: (wallMillis) => own.dayStartMillis(Math.floor(wallMillis / dayMillis)) },
    of: (tzid) => {
      if (tzid === undefined) return own;
      const known = clocks.get(tzid);
      if (known !== undefined) return known;
      const clock = clockOf(tzid, described.get(tzid));
      clocks.set(tzid, clock);
      return clock;
    },
  };
};

const clockOf = (tzid: string, described: CalendarComponent | undefined): WallClock => {
  const [location] = described === undefined ? [] : (propertyOf(described, 'x-lic-location')?.values ?? []);
  const zone = knownZone(tzid) ?? (typeof location === 'string' ? knownZone(location) : undefined);
  if (zone !== undefined) return zoneClock(zone);
  if (described === undefined) throw new CalendarFault('zone-unknown');
  return describedClock(described);
};

const utcNames: readonly string[] = ['z', 'gmt', 'etc/utc', 'etc/gmt', 'tzone://microsoft/utc'];

/** The IANA zone meant by a name: IANA's own, Windows', or either behind an exporter's prefix (`/example.org/2026/Europe/Paris`). */
export const knownZone = (name: string): string | undefined => {
  const plain = name.trim();
  const lower = plain.toLowerCase();
  if (utcNames.includes(lower)) return 'UTC';
  const windows = Object.hasOwn(windowsZones, lower) ? windowsZones[lower] : undefined;
  if (windows !== undefined) return canonicalZone(windows) ?? windows;
  if (!plain.startsWith('/')) return canonicalZone(plain);
  const parts = plain.split('/').slice(1, 12);
  return parts.reduce<string | undefined>(
    (found, _, index) => found ?? canonicalZone(parts.slice(index).join('/')),
    undefined,
  );
};

const observanceNeeds = ['dtstart', 'tzoffsetfrom', 'tzoffsetto'] as const;

/** A zone as the file describes it. Its clock changes by yearly rules or on named days, or it is not understood. */
const describedClock = (component: CalendarComponent): WallClock => {
  const isPlain = component.components.every(
    (part) =>
      observanceNeeds.every((name) => propertyOf(part, name) !== undefined) &&
      part.properties.filter(({ name }) => name === 'rrule').every(({ values: [rule] }) => isYearly(rule)),
  );
  if (!isPlain || component.components.length === 0) throw new CalendarFault('zone-unknown');
  const zone = ICAL.Timezone.fromData({ component: new ICAL.Component(sinceEpoch(component)) });
  return {
    epochMillisOf: (wallMillis) => {
      try {
        return wallMillis - zone.utcOffset(icalTimeOf(wallMillis)) * 1000;
      } catch (cause) {
        throw new CalendarFault('zone-unknown', cause);
      }
    },
  };
};

/** Windows dates the rules of its zones from 1601; following them through four centuries would take most of the time there is. */
const sinceEpoch = ({ name, properties, components }: CalendarComponent): unknown[] => [
  name,
  properties.map(({ name: property, parameters, type, values }) => [
    property,
    parameters,
    type,
    ...values.map((value) => (property === 'dtstart' ? String(value).replace(/^1[0-8]\d\d-/, '1970-') : value)),
  ]),
  components.map(sinceEpoch),
];

const isYearly = (rule: unknown): boolean =>
  typeof rule === 'object' && rule !== null && 'freq' in rule && rule.freq === 'YEARLY';
