import { findPatientsByPhone, loadPatient } from '../../intake/patients.ts';
import type { Caller } from '../../platform/actor.ts';
import { toStored } from '../../platform/clock.ts';
import type { Id } from '../../platform/ids.ts';
import { badFields, type FieldError, found } from '../../platform/problem.ts';
import { type QueryPage, type TransactItem, transact } from '../../platform/store/records.ts';
import { untilWritten } from '../../platform/until-written.ts';
import type { ConsentFact } from '../core/consent.ts';
import {
  type CategoryStanding,
  carrierNote,
  explainStanding,
  instantsBehind,
  removableFrom,
} from '../core/consent-explain.ts';
import { type Given, withConsent } from './consent.ts';
import { type ConsentEntry, consentsAt, pageOfConsents } from './consent-store.ts';
import { getStanding, type Standing, standingItem } from './standing-store.ts';

/** What holds of one number's consent, and some of what was said: the entries just recorded, or a page of the ledger. */
export interface ConsentReport {
  readonly phone: string;
  /** Whom `categories` is about: who was asked about, or the only patient with the number. Else it is of whoever has the number. */
  readonly patientId?: Id<'patient'> | undefined;
  readonly categories: readonly CategoryStanding[];
  /** Where several use the number: each of the first of them. */
  readonly people?:
    | readonly { readonly patientId: Id<'patient'>; readonly categories: readonly CategoryStanding[] }[]
    | undefined;
  /** Whether they were warned that texts are not encrypted, and what they prefer since. */
  readonly channel?: Standing['channel'];
  /** What the carrier's own list says, which is kept apart from ours. */
  readonly carrier?:
    | {
        readonly listedAt: string;
        readonly note: string;
        /** When it refused a text to who had come back since: nothing more is tried. */
        readonly refusedAgainAt?: string | undefined;
        readonly removableFrom?: string | undefined;
      }
    | undefined;
  readonly entries: readonly LedgerEntry[];
  /** Of the standing; 0 where nothing is known of the number. */
  readonly rev: number;
}

type LedgerEntry = Omit<ConsentEntry, 'clinicId' | 'standingRev'>;

const ledgerEntry = ({ clinicId: _, standingRev: __, ...entry }: ConsentEntry): LedgerEntry => entry;

const reportOf = (
  standing: Standing,
  patientId: Id<'patient'> | undefined,
  behind: readonly ConsentEntry[],
  entries: readonly ConsentEntry[],
): ConsentReport => ({
  phone: standing.phone,
  patientId,
  categories: explainStanding(standing, behind, patientId),
  channel: standing.channel,
  carrier:
    standing.carrierListedAt === undefined
      ? undefined
      : {
          listedAt: standing.carrierListedAt,
          note: carrierNote(standing.carrierListedAt),
          refusedAgainAt: standing.carrierRefusedAgainAt,
          removableFrom: removableFrom(standing),
        },
  entries: entries.map(ledgerEntry),
  rev: standing.rev,
});

/** Of a number that more people use, the others are asked about one by one. */
const mostPeople = 10;

/** A number, and whom of those who use it is asked about: without, all of them. */
export interface ConsentQuestion {
  readonly phone: string;
  readonly patientId?: Id<'patient'> | undefined;
}

const peopleOf = async (
  clinicId: Id<'clinic'>,
  { phone, patientId }: ConsentQuestion,
): Promise<readonly Id<'patient'>[]> =>
  patientId === undefined ? (await findPatientsByPhone(clinicId, phone)).map(({ id }) => id) : [patientId];

const onlyOne = <T>([first, ...others]: readonly T[]): T | undefined => (others.length === 0 ? first : undefined);

/**
 * Why a text about somebody may or may not go to a number now, and a page of what the number has agreed to and refused, what was said last
 * first.
 */
export const consentReport = async (
  clinicId: Id<'clinic'>,
  asked: ConsentQuestion,
  page: QueryPage,
): Promise<ConsentReport & { readonly cursor?: string | undefined }> => {
  const { phone } = asked;
  const [standing, { items, cursor }, all] = await Promise.all([
    getStanding(clinicId, phone),
    pageOfConsents(clinicId, phone, page),
    peopleOf(clinicId, asked),
  ]);
  const people = all.slice(0, mostPeople);
  const behind = await consentsAt(clinicId, phone, instantsBehind(standing, people));
  return {
    ...reportOf(standing, onlyOne(people), behind, items),
    people:
      people.length > 1
        ? people.map((patientId) => ({ patientId, categories: explainStanding(standing, behind, patientId) }))
        : undefined,
    cursor,
  };
};

/**
 * Records what a number agreed to or refused and answers with that and what holds then, in one transaction. Effective before the next
 * claim: that is held to the standing.
 */
export const recordConsent = async (
  caller: Caller,
  { given, ...asked }: ConsentQuestion & { readonly given: readonly Given[] },
  commit: (items: readonly TransactItem[], report: ConsentReport) => Promise<void> = transact,
): Promise<ConsentReport> => {
  const { phone } = asked;
  const patientId = onlyOne(await peopleOf(caller.clinicId, asked));
  // A text is claimed, somebody writes, a visit changes: what holds is decided on the standing as it is then.
  return untilWritten(async () => {
    const before = await getStanding(caller.clinicId, phone);
    const { standing: after, items, entries } = withConsent(caller, before, given);
    const behind = await consentsAt(
      caller.clinicId,
      phone,
      instantsBehind(after, patientId === undefined ? [] : [patientId]),
    );
    // The answer is remembered, in one item: it holds what was said now, never the ledger.
    const report = reportOf({ ...after, rev: before.rev + 1 }, patientId, [...behind, ...entries], entries);
    await commit([...items, standingItem(caller, after, 'consent recorded')], report);
    return report;
  });
};

/** What staff take down. */
export interface StaffConsent
  extends Pick<Given, 'granted' | 'wording' | 'wordingVersion' | 'language' | 'evidence' | 'at'> {
  readonly category: ConsentFact['category'];
  readonly patientId?: Id<'patient'> | undefined;
  readonly phone?: string | undefined;
}

/**
 * Records what somebody told staff, or signed. With evidence, an agreement also ends a STOP; without, it is kept and the STOP stands.
 * @throws Problem `bad-input` for marketing, or a return after a STOP to everything, that nothing shows
 */
export const recordByStaff = async (
  caller: Caller,
  { patientId, phone, ...said }: StaffConsent,
  commit: (items: readonly TransactItem[], report: ConsentReport) => Promise<void>,
): Promise<ConsentReport> => {
  const patient = patientId === undefined ? undefined : found(await loadPatient(caller.clinicId, patientId), 'patient');
  const number = patient?.phone ?? phone;
  if (number === undefined) throw new Error('Neither a patient nor a number');
  const faults = faultsOf(caller, said);
  if (faults.length > 0) throw badFields(faults);
  const given: Given = {
    ...said,
    how: 'staff',
    patientId,
    proof: said.granted && said.evidence !== undefined ? 'staff-evidence' : undefined,
  };
  return recordConsent(caller, { phone: number, patientId, given: [given] }, commit);
};

const faultsOf = (
  { now }: Caller,
  { category, granted, evidence, at }: Omit<StaffConsent, 'patientId' | 'phone'>,
): readonly FieldError[] => [
  ...(at !== undefined && at > toStored(now) ? [{ field: 'body.at', message: 'Expected a time that has come' }] : []),
  ...(granted && evidence === undefined && (category === 'marketing' || category === 'all')
    ? [
        {
          field: 'body.evidence',
          message:
            category === 'marketing'
              ? 'Marketing needs an agreement in writing: say where the signed form is'
              : 'Whoever said stop comes back by texting START, or with something that shows it',
        },
      ]
    : []),
];
