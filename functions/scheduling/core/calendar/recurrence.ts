import ICAL from 'ical.js';
import { dayMillis } from '../../../platform/time.ts';
import { CalendarFault, calendarLimits } from './fault.ts';

/** A rule by which an event repeats, read and found harmless. */
export interface Recurrence {
  readonly rule: InstanceType<typeof ICAL.Recur>;
  /** UNTIL as written: a date, a wall time, or an instant. */
  readonly until: { readonly wallMillis: number; readonly isDate: boolean; readonly isUtc: boolean } | undefined;
}

/** Starts still to be followed in the whole calendar; counted down. */
export interface Budget {
  occurrences: number;
}

const untilShape = /(?:^|;)UNTIL=(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z?))?(?=;|$)/i;
/** Within these no calendar of a person has its rules, and outside them some make an iterator run for ever. */
const highestInterval = 1000;
const longestList = 400;
const mostTimesADay = 24;

/**
 * Reads an RRULE. UNTIL is taken out of it and compared by who follows the rule, because what it means depends on the zone of
 * the event.
 * @throws CalendarFault for what is no rule, and for rules finer than hours
 */
export const readRecurrence = (text: string): Recurrence => {
  const [, year, month, day, hour, minute, second, utc] = untilShape.exec(text) ?? [];
  const rule = parseRule(text.replace(untilShape, '').replace(/^;/, ''));
  const { freq, interval, parts } = rule;
  if (!Number.isInteger(interval) || interval < 1 || interval > highestInterval) {
    throw new CalendarFault('recurrence-invalid');
  }
  if (Object.values(parts).some((list) => (list?.length ?? 0) > longestList))
    throw new CalendarFault('recurrence-invalid');
  const { BYHOUR, BYMINUTE, BYSECOND } = parts;
  const timesADay = (BYHOUR?.length ?? 1) * (BYMINUTE?.length ?? 1) * (BYSECOND?.length ?? 1);
  if (freq === 'SECONDLY' || freq === 'MINUTELY' || timesADay > mostTimesADay) {
    throw new CalendarFault('recurrence-too-fine');
  }
  if (year === undefined) return { rule, until: undefined };
  const wallMillis = Date.parse(`${year}-${month}-${day}T${hour ?? '00'}:${minute ?? '00'}:${second ?? '00'}Z`);
  if (Number.isNaN(wallMillis)) throw new CalendarFault('recurrence-invalid');
  return { rule, until: { wallMillis, isDate: hour === undefined, isUtc: utc !== undefined && utc !== '' } };
};

const parseRule = (text: string): Recurrence['rule'] => {
  try {
    const rule = ICAL.Recur.fromString(text);
    // A rule without a frequency is none; an UNTIL that is still there was not a date.
    if (rule.freq && rule.until === null) return rule;
  } catch (cause) {
    throw new CalendarFault('recurrence-invalid', cause);
  }
  throw new CalendarFault('recurrence-invalid');
};

/** What is asked of a rule: the event's first start, and the stretch of wall time that matters. */
export interface RecurrenceQuestion {
  readonly startWallMillis: number;
  readonly isDate: boolean;
  /** Starts before this are of no interest. */
  readonly fromWallMillis: number;
  /** Starts at or after this are of no interest. */
  readonly toWallMillis: number;
}

/**
 * The wall times at which a rule lets an event start, within the stretch asked for and a little around it, first to last. A rule
 * without an end is followed to the end of the stretch, and one that began long ago from shortly before it.
 * @throws CalendarFault when it would have to be followed for too long
 */
export function* startsOf({ rule }: Recurrence, question: RecurrenceQuestion, budget: Budget): Generator<number> {
  const start = skipAhead(rule, question);
  const iterator = rule.iterator(icalTimeOf(start, question.isDate));
  for (let followed = 0; ; followed += 1) {
    if (followed >= calendarLimits.occurrencesPerEvent || budget.occurrences <= 0) {
      throw new CalendarFault('too-many-occurrences');
    }
    budget.occurrences -= 1;
    const next = nextOf(iterator);
    if (next === undefined || next >= question.toWallMillis) return;
    if (next >= question.fromWallMillis) yield next;
  }
}

const nextOf = (iterator: ReturnType<Recurrence['rule']['iterator']>): number | undefined => {
  try {
    const next = iterator.next();
    return next ? wallMillisOf(next) : undefined;
  } catch (cause) {
    throw new CalendarFault('recurrence-invalid', cause);
  }
};

/**
 * Where to begin following a rule: whole periods after the event's own start, so that the rhythm stays. A rule that counts must
 * be followed from its beginning; months and years are few.
 */
const skipAhead = (
  rule: Recurrence['rule'],
  { startWallMillis, fromWallMillis }: Pick<RecurrenceQuestion, 'startWallMillis' | 'fromWallMillis'>,
): number => {
  const periods: Readonly<Record<string, number>> = { HOURLY: dayMillis / 24, DAILY: dayMillis, WEEKLY: 7 * dayMillis };
  const period = periods[rule.freq];
  if (period === undefined || rule.isByCount()) return startWallMillis;
  const step = period * rule.interval;
  // The start itself always counts as one, whether the rule names it or not: so that no invented one does, stop two steps short.
  const steps = Math.floor((fromWallMillis - startWallMillis) / step) - 2;
  return steps > 0 ? startWallMillis + steps * step : startWallMillis;
};

/** A wall time as the library has it, of no zone. */
export const icalTimeOf = (wallMillis: number, isDate = false): InstanceType<typeof ICAL.Time> => {
  const wall = new Date(wallMillis);
  return ICAL.Time.fromData({
    year: wall.getUTCFullYear(),
    month: wall.getUTCMonth() + 1,
    day: wall.getUTCDate(),
    hour: isDate ? 0 : wall.getUTCHours(),
    minute: isDate ? 0 : wall.getUTCMinutes(),
    second: isDate ? 0 : wall.getUTCSeconds(),
    isDate,
  });
};

const wallMillisOf = (time: InstanceType<typeof ICAL.Time>): number =>
  Date.UTC(time.year, time.month - 1, time.day, time.hour, time.minute, time.second);
