import type { Id } from '../../platform/ids.ts';
import { type CalendarFaultCode, calendarFaults } from './calendar/fault.ts';

/** Why a calendar was not imported: it could not be fetched, or not be read. Codes are part of the API: never rename one. */
export const importFaults = {
  ...calendarFaults,
  'address-refused': 'The address must be https, on the public internet, without a name or password in it.',
  unreachable: 'Nobody answers at the address.',
  'timed-out': 'The address took too long to answer.',
  'too-many-redirects': 'The address sends on too many times.',
  'not-allowed': 'The address does not let us read it: it may have been made private again.',
  gone: 'There is no calendar at the address any more.',
  refused: 'The address answers with an error.',
} as const satisfies Record<CalendarFaultCode, string> & Record<string, string>;

export type ImportFaultCode = keyof typeof importFaults;

/** A provider's own calendar that is read every few minutes. */
export interface CalendarImport {
  readonly clinicId: Id<'clinic'>;
  readonly providerId: Id<'provider'>;
  /** `stopping`: what was imported is still to be taken off the day sheets. */
  readonly status: 'active' | 'stopping' | 'stopped';
  /** A secret of the provider's: whoever has it reads their calendar. */
  readonly url: string;
  /** The provider's date for which the content with `bodyHash` was last judged: the window moves on with each day. */
  readonly judgedFor?: string | undefined;
  readonly bodyHash?: string | undefined;
  readonly etag?: string | undefined;
  readonly lastModified?: string | undefined;
  /** When something new was last taken over. What is on the day sheets is from then. */
  readonly lastImportedAt?: string | undefined;
  /** Why it cannot be imported at present, and since when. */
  readonly fault?: { readonly code: ImportFaultCode; readonly since: string } | undefined;
  readonly rev: number;
}

/** How many days after today busy time is taken over: as far ahead as anybody searches. */
export const importDays = 60;
