import type { Id } from '../platform/ids.ts';
import type { AvailabilityException, Closure, Provider } from './core/types.ts';
import type { ProviderHours } from './core/visit-time.ts';
import { getHoursMark, listClosures, listExceptions } from './hours-store.ts';

/** Which change of hours was the last; undefined before the first. */
export type HoursMark = string | undefined;

interface KnownHours {
  readonly zone: string;
  /** Which change of hours was the last when these were read. */
  readonly mark: HoursMark;
  /** They are complete from this date on. */
  readonly from: string;
  readonly exceptions: readonly AvailabilityException[];
  readonly closures: readonly Closure[];
}

const known = new Map<string, KnownHours>();
const maxKnown = 1_000;

/**
 * A provider with all that says when they work from a local date on. Leaves and closures change a few times a week and
 * are asked for with every booking, so they are kept in memory, and hold while nothing of the kind was written since:
 * that is one item, which is read with the day sheets (see `together`) in place of two Queries.
 * @param seen the mark, if it was read already
 */
export const withHours = async (
  clinicId: Id<'clinic'>,
  provider: Provider,
  from: string,
  seen?: { readonly mark: HoursMark },
): Promise<Provider & ProviderHours> => {
  const { mark } = seen ?? { mark: await getHoursMark(clinicId) };
  const kept = known.get(keyOf(clinicId, provider.id));
  const isCurrent = kept !== undefined && kept.mark === mark && kept.from <= from;
  const { exceptions, closures } = isCurrent ? kept : await read(clinicId, provider, { mark, from });
  const matters = ({ lastDate }: { readonly lastDate: string }): boolean => lastDate >= from;
  return { ...provider, exceptions: exceptions.filter(matters), closures: closures.filter(matters) };
};

/** The zone a provider had when their hours were read last; it may be another by now. Undefined where they never were. */
export const lastKnownZone = (clinicId: Id<'clinic'>, providerId: Id<'provider'>): string | undefined =>
  known.get(keyOf(clinicId, providerId))?.zone;

const keyOf = (clinicId: Id<'clinic'>, providerId: Id<'provider'>): string => `${clinicId} ${providerId}`;

/** Reads hours, and keeps them unless they changed in the meantime. */
const read = async (
  clinicId: Id<'clinic'>,
  { id: providerId, zone }: Pick<Provider, 'id' | 'zone'>,
  { mark, from }: Pick<KnownHours, 'mark' | 'from'>,
): Promise<KnownHours> => {
  const [exceptions, closures] = await Promise.all([
    listExceptions(clinicId, providerId, from),
    listClosures(clinicId, from),
  ]);
  const hours: KnownHours = { zone, mark, from, exceptions, closures };
  if ((await getHoursMark(clinicId)) !== mark) return hours;
  if (known.size >= maxKnown) known.clear();
  known.set(keyOf(clinicId, providerId), hours);
  return hours;
};
