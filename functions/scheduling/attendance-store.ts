import { Entity } from 'dynamodb-toolbox/entity';
import { item, number, string } from 'dynamodb-toolbox/schema';
import { type Id, mintedAtMillis } from '../platform/ids.ts';
import { add, queryAll, recordsTable, type TransactItem } from '../platform/store/records.ts';
import { minuteMillis, zoneClock } from '../platform/time.ts';
import { type AttendanceCount, attendanceKindOf, leads, partsOfDay } from './core/attendance.ts';
import type { Appointment } from './core/types.ts';
import { minuteRangeOf } from './core/visit-time.ts';

/**
 * Counters of who came, one item per kind of time, at most 63 a clinic. A technical item: it says nothing that the visits do
 * not say, so the audit stream leaves it out. It does not expire.
 */
const AttendanceEntity = new Entity({
  name: 'Attendance',
  table: recordsTable,
  timestamps: false,
  schema: item({
    clinicId: string().key(),
    weekday: number().enum(1, 2, 3, 4, 5, 6, 7).key(),
    partOfDay: string()
      .enum(...partsOfDay)
      .key(),
    lead: string()
      .enum(...leads)
      .key(),
    visits: number(),
    noShows: number(),
  }),
  computeKey: ({ clinicId, weekday, partOfDay, lead }) => ({
    pk: attendanceKey(clinicId),
    sk: `${weekday}#${partOfDay}#${lead}`,
  }),
});

const attendanceKey = (clinicId: string): string => `clinic#${clinicId}#attendance`;

/**
 * Counts a visit that ended, when it goes from another status to fulfilled or missed: in the transaction that says so,
 * hence once. A correction counts nothing.
 */
export const attendanceItems = (before: Appointment, after: Appointment): readonly TransactItem[] => {
  if (before.status === after.status || (after.status !== 'fulfilled' && after.status !== 'noshow')) return [];
  const { startEpochMinute } = minuteRangeOf(after);
  const agreedEpochMinute = Math.floor(mintedAtMillis(after.id) / minuteMillis);
  const kind = attendanceKindOf(startEpochMinute, agreedEpochMinute, zoneClock(after.zone));
  const noShows = after.status === 'noshow' ? 1 : 0;
  return [add(AttendanceEntity, { clinicId: after.clinicId, ...kind }, { visits: 1, noShows })];
};

/** All of a clinic's counters: one Query. */
export const listAttendance = (clinicId: Id<'clinic'>): Promise<readonly AttendanceCount[]> =>
  queryAll(AttendanceEntity, { partition: attendanceKey(clinicId) });
