import { Entity } from 'dynamodb-toolbox/entity';
import { boolean, item, list, map, number, string } from 'dynamodb-toolbox/schema';
import type { Caller } from '../../platform/actor.ts';
import { stampOf } from '../../platform/actor.ts';
import type { Id } from '../../platform/ids.ts';
import {
  check,
  create,
  get,
  recordAttributes,
  recordsTable,
  replace,
  type TransactItem,
} from '../../platform/store/records.ts';
import { CONSENT_CATEGORIES, CONSENT_SOURCES, type ConsentCategory, type ConsentState } from '../core/consent.ts';
import { phonePartition } from './phone-partition.ts';

/** The question a thread waits to have answered. */
export interface OpenQuestion {
  readonly kind: 'confirm' | 'pain' | 'exercise';
  readonly messageId: string;
  readonly patientId: Id<'patient'>;
  readonly appointmentId?: Id<'appointment'> | undefined;
  /** The appointment's sequence the question was about. */
  readonly sequence: number;
  readonly askedAt: string;
  /** Later answers are to be read by a human. */
  readonly openUntil: string;
}

/** A question that a reply may have answered, and what it says then. */
export interface Option extends OpenQuestion {
  readonly intent: 'confirm' | 'reschedule' | 'cancel_visit' | 'answer' | 'other';
  readonly value?: number | undefined;
}

/** A reply that waits to be told which question it answers, by the code of the option (see core/which.ts). */
export interface Choice {
  /** The reply, by the carrier's id. */
  readonly inboundMessageId: string;
  /** The one with the nth code is the nth. */
  readonly options: readonly Option[];
  readonly openUntil: string;
  /** How often it was asked: not for ever. */
  readonly asked: number;
}

/** A visit as a text told it. */
export interface VisitTold {
  readonly patientId: Id<'patient'>;
  readonly appointmentId: Id<'appointment'>;
  readonly sequence: number;
}

/** The visit the thread was told of, and the same question as it was open, before a text was claimed (core/told.ts). */
export interface Replaced {
  readonly messageId: string;
  readonly lastVisit?: VisitTold | undefined;
  readonly question?: OpenQuestion | undefined;
}

/** A text that counted against the caps: which, to whom, on which day of theirs. */
export interface SentDay {
  readonly messageId: string;
  readonly patientId: Id<'patient'>;
  /** `2026-11-24` */
  readonly on: string;
}

/** Where a number stands with the clinic: what every claim is held to. */
export interface Standing extends ConsentState {
  readonly clinicId: Id<'clinic'>;
  readonly phone: string;
  /** What the last text that went to it was about: what a STOP answers. */
  readonly lastCategory?: ConsentCategory | undefined;
  /** When it last said stop by text: no START from before it counts. To the millisecond. */
  readonly stopSaidAt?: string | undefined;
  /** Oldest first. */
  readonly openQuestions?: readonly OpenQuestion[] | undefined;
  readonly choice?: Choice | undefined;
  /** The visit the thread was last told about: what C and R mean when no question is open. */
  readonly lastVisit?: VisitTold | undefined;
  /** What the last text that told of a visit or asked something took the place of, should it turn out that nobody got it. */
  readonly replaced?: Replaced | undefined;
  /** The clinic's local day that the two counts below are of, so that no loop with another machine can last. */
  readonly answersOn?: string | undefined;
  readonly answersCount?: number | undefined;
  readonly alertsCount?: number | undefined;
  /** The local day the fallback answer was last given. */
  readonly fallbackOn?: string | undefined;
  /** The texts of the last seven local days that count against the caps (core/caps.ts). */
  readonly sentDays?: readonly SentDay[] | undefined;
  /** The clinic's number that the thread is on: the conversation stays there while the number works. */
  readonly origin?: string | undefined;
  /** Texts in a row that the number could not be reached with (core/reach.ts); 0 or absent when the last one arrived. */
  readonly failures?: number | undefined;
  /** Nobody can be reached there: nothing goes to it until somebody looks, or writes from it. */
  readonly unreachable?: { readonly at: string; readonly reason: string } | undefined;
  /** 0: nothing is stored yet. */
  readonly rev: number;
}

const questionAttributes = {
  kind: string().enum('confirm', 'pain', 'exercise'),
  messageId: string(),
  patientId: string(),
  appointmentId: string().optional(),
  sequence: number(),
  askedAt: string(),
  openUntil: string(),
};

const visitAttributes = { patientId: string(), appointmentId: string(), sequence: number() };

const optOut = map({ at: string(), how: string().enum(...CONSENT_SOURCES) });

const agreementAttributes = {
  treatment: string().optional(),
  billing: string().optional(),
  marketing: string().optional(),
  'async-data-sharing': string().optional(),
};

const StandingEntity = new Entity({
  name: 'Standing',
  table: recordsTable,
  timestamps: false,
  schema: item({
    ...recordAttributes,
    clinicId: string().key(),
    phone: string().key(),
    granted: map(agreementAttributes),
    grantedBy: list(map({ patientId: string(), ...agreementAttributes })).optional(),
    stopped: map({
      treatment: optOut.optional(),
      billing: optOut.optional(),
      marketing: optOut.optional(),
      'async-data-sharing': optOut.optional(),
    }).optional(),
    optedOut: optOut.optional(),
    channel: map({ warnedAt: string(), wordingVersion: string(), prefersTexts: boolean() }).optional(),
    carrierListedAt: string().optional(),
    carrierRefusedAgainAt: string().optional(),
    carrierRemovedAt: string().optional(),
    lastCategory: string()
      .enum(...CONSENT_CATEGORIES)
      .optional(),
    stopSaidAt: string().optional(),
    openQuestions: list(map(questionAttributes)).optional(),
    choice: map({
      inboundMessageId: string(),
      options: list(
        map({
          ...questionAttributes,
          intent: string().enum('confirm', 'reschedule', 'cancel_visit', 'answer', 'other'),
          value: number().optional(),
        }),
      ),
      openUntil: string(),
      asked: number(),
    }).optional(),
    lastVisit: map(visitAttributes).optional(),
    replaced: map({
      messageId: string(),
      lastVisit: map(visitAttributes).optional(),
      question: map(questionAttributes).optional(),
    }).optional(),
    answersOn: string().optional(),
    answersCount: number().optional(),
    alertsCount: number().optional(),
    fallbackOn: string().optional(),
    sentDays: list(map({ messageId: string(), patientId: string(), on: string() })).optional(),
    origin: string().optional(),
    failures: number().optional(),
    unreachable: map({ at: string(), reason: string() }).optional(),
  }),
  computeKey: ({ clinicId, phone }) => ({ pk: phonePartition(clinicId, phone), sk: 'standing' }),
});

const withIds = <Stored extends { readonly patientId: string; readonly appointmentId?: string | undefined }>(
  question: Stored,
) => ({
  ...question,
  patientId: question.patientId as Id<'patient'>,
  appointmentId: question.appointmentId as Id<'appointment'> | undefined,
});

const toVisitTold = (stored: {
  readonly patientId: string;
  readonly appointmentId: string;
  readonly sequence: number;
}): VisitTold => ({
  patientId: stored.patientId as Id<'patient'>,
  appointmentId: stored.appointmentId as Id<'appointment'>,
  sequence: stored.sequence,
});

export const getStanding = async (clinicId: Id<'clinic'>, phone: string): Promise<Standing> => {
  const stored = await get(StandingEntity, { clinicId, phone });
  if (stored === undefined) return { clinicId, phone, granted: {}, rev: 0 };
  return {
    clinicId,
    phone,
    granted: stored.granted,
    grantedBy:
      stored.grantedBy && Object.fromEntries(stored.grantedBy.map(({ patientId, ...agreed }) => [patientId, agreed])),
    stopped: stored.stopped,
    optedOut: stored.optedOut,
    channel: stored.channel,
    carrierListedAt: stored.carrierListedAt,
    carrierRefusedAgainAt: stored.carrierRefusedAgainAt,
    carrierRemovedAt: stored.carrierRemovedAt,
    lastCategory: stored.lastCategory,
    stopSaidAt: stored.stopSaidAt,
    openQuestions: stored.openQuestions?.map(withIds),
    choice: stored.choice === undefined ? undefined : { ...stored.choice, options: stored.choice.options.map(withIds) },
    lastVisit: stored.lastVisit && toVisitTold(stored.lastVisit),
    replaced: stored.replaced && {
      messageId: stored.replaced.messageId,
      lastVisit: stored.replaced.lastVisit && toVisitTold(stored.replaced.lastVisit),
      question: stored.replaced.question && withIds(stored.replaced.question),
    },
    answersOn: stored.answersOn,
    answersCount: stored.answersCount,
    alertsCount: stored.alertsCount,
    fallbackOn: stored.fallbackOn,
    sentDays: stored.sentDays?.map((day) => ({ ...day, patientId: day.patientId as Id<'patient'> })),
    origin: stored.origin,
    failures: stored.failures,
    unreachable: stored.unreachable,
    rev: stored.rev,
  };
};

/** Writes a standing in place of the revision read, which its `rev` still names. */
export const standingItem = (caller: Caller, standing: Standing, reason: string): TransactItem => {
  const stored = {
    ...standing,
    ...stampOf(caller, reason),
    granted: { ...standing.granted },
    grantedBy:
      standing.grantedBy && Object.entries(standing.grantedBy).map(([patientId, agreed]) => ({ patientId, ...agreed })),
    stopped: standing.stopped === undefined ? undefined : { ...standing.stopped },
    optedOut: standing.optedOut === undefined ? undefined : { ...standing.optedOut },
    channel: standing.channel === undefined ? undefined : { ...standing.channel },
    openQuestions: standing.openQuestions?.map((question) => ({ ...question })),
    choice:
      standing.choice === undefined
        ? undefined
        : { ...standing.choice, options: standing.choice.options.map((option) => ({ ...option })) },
    lastVisit: standing.lastVisit === undefined ? undefined : { ...standing.lastVisit },
    replaced: standing.replaced === undefined ? undefined : { ...standing.replaced },
    sentDays: standing.sentDays?.map((day) => ({ ...day })),
    unreachable: standing.unreachable === undefined ? undefined : { ...standing.unreachable },
    rev: standing.rev + 1,
  };
  return standing.rev === 0 ? create(StandingEntity, stored) : replace(StandingEntity, stored, standing.rev);
};

/** Holds a transaction to the standing being the one read: no STOP can slip in between. */
export const standingCheckItem = ({ clinicId, phone, rev }: Standing): TransactItem =>
  check(StandingEntity, { clinicId, phone }, rev === 0 ? { attr: 'rev', exists: false } : { attr: 'rev', eq: rev });
