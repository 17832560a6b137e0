import { Temporal } from 'temporal-polyfill';
import type { Caller } from '../platform/actor.ts';
import type { Id } from '../platform/ids.ts';
import { found, Problem } from '../platform/problem.ts';
import { checkSearchRange, defaultStepMinutes, findSlotsOfProviders, maxSearchDays, sheetDates } from './core/slots.ts';
import { type Suggestion, suggestTimes } from './core/suggest.ts';
import type { Appointment, AppointmentType, Provider } from './core/types.ts';
import { minuteRangeOf, type Slot } from './core/visit-time.ts';
import { withHours } from './occupancy.ts';
import { getAppointmentType, getProvider, listProviders, listSheets } from './store.ts';
import { slotViewOf } from './view.ts';

export interface SlotQuery {
  readonly typeId: Id<'appointmentType'>;
  readonly providerId?: Id<'provider'> | undefined;
  /** UTC instants; visits start at `from` or later and before `to`. */
  readonly from: string;
  readonly to: string;
  readonly limit: number;
}

/** Free times of a type of visit, by start, then provider. Reads one Query of day sheets per provider, never appointments. */
export const findSlots = async (caller: Caller, query: SlotQuery) => {
  const from = Temporal.Instant.from(query.from);
  const to = Temporal.Instant.from(query.to);
  refuseRange(from, to);
  const type = found(await getAppointmentType(caller.clinicId, query.typeId), 'appointment type');
  const providers = await providersOf(caller.clinicId, type, query.providerId);
  const slots = await slotsOf(caller, providers, type, { from, to, limit: query.limit });
  const zones = new Map(providers.map((provider) => [provider.id, provider.zone]));
  return slots.map((slot) => slotViewOf(slot, zones.get(slot.providerId) ?? 'UTC'));
};

const suggestDays = 28;

/** The next suitable times a visit could move to, with the same provider: near its usual weekday and time of day. */
export const suggestMoves = async (caller: Caller, appointment: Appointment, count: number) => {
  const [type, provider] = await Promise.all([
    getAppointmentType(caller.clinicId, appointment.typeId),
    getProvider(caller.clinicId, appointment.providerId),
  ]);
  if (type === undefined || provider === undefined) return [];
  const to = caller.now.add({ hours: 24 * suggestDays });
  const slots = await slotsOf(caller, [provider], type, { from: caller.now, to, limit: 2000 });
  const suggestions = suggestTimes({
    slots,
    originalStartEpochMinute: minuteRangeOf(appointment).startEpochMinute,
    zone: appointment.zone,
    count,
  });
  return suggestions.map(({ slot, reason }: Suggestion) => ({ ...slotViewOf(slot, provider.zone), reason }));
};

const slotsOf = async (
  caller: Caller,
  providers: readonly Provider[],
  type: AppointmentType,
  range: { readonly from: Temporal.Instant; readonly to: Temporal.Instant; readonly limit: number },
): Promise<readonly Slot[]> => {
  const dates = providers.map(({ zone }) => sheetDates(range.from, range.to, zone));
  const [hours, sheets] = await Promise.all([
    Promise.all(providers.map((provider, i) => withHours(caller.clinicId, provider, dates[i]?.first ?? ''))),
    Promise.all(
      providers.map(({ id }, i) => listSheets(caller.clinicId, id, dates[i] ?? { first: '', last: '' }, caller.now)),
    ),
  ]);
  const search = { type, sheets: sheets.flat(), now: caller.now, stepMinutes: defaultStepMinutes, ...range };
  const result = findSlotsOfProviders(hours, search);
  // The range was checked before anything was read, so only a fault of ours can be refused here.
  if (!result.ok) throw new Error(`Slot search refused: ${result.code}`);
  return result.slots;
};

const providersOf = async (
  clinicId: Id<'clinic'>,
  type: AppointmentType,
  providerId: Id<'provider'> | undefined,
): Promise<readonly Provider[]> => {
  if (providerId !== undefined) {
    const provider = found(await getProvider(clinicId, providerId), 'provider');
    return type.providerIds.includes(provider.id) ? [provider] : [];
  }
  const providers = await listProviders(clinicId);
  return providers.filter(({ id, active }) => active && type.providerIds.includes(id));
};

const refuseRange = (from: Temporal.Instant, to: Temporal.Instant): void => {
  const fault = checkSearchRange(from, to);
  if (fault === undefined) return;
  const message = fault === 'range-reversed' ? 'Must not be before from' : `At most ${maxSearchDays} days after from`;
  throw new Problem('bad-input', 'Correct the fields listed in errors.', [{ field: 'query.to', message }]);
};
