import * as z from 'zod';
import { defineRoute } from '../../platform/http/contract.ts';
import { id, instant, line, paging, pagingOfSearch, phone, words } from '../../platform/http/schemas.ts';
import { CONSENT_CATEGORIES, CONSENT_PROOFS, CONSENT_SOURCES, CONSENT_SUBJECTS } from '../core/consent.ts';

const subject = z.enum(CONSENT_SUBJECTS).meta({
  description:
    'What it is about: one kind of text; all: everything (STOP, and the return after it); unencrypted-texts: after the warning that texts are not encrypted, whether they are preferred all the same (granted) or not',
});
const how = z.enum(CONSENT_SOURCES);
const language = z.enum(['en', 'es']);

const entry = z.strictObject({
  id: id('consent'),
  phone,
  patientId: id('patient').optional().meta({
    description: 'Who gave it. An agreement holds for them alone; one that names nobody, for whoever has the number',
  }),
  category: subject,
  granted: z.boolean(),
  at: instant.meta({ description: 'When it was given' }),
  how,
  wording: z.string().meta({
    description:
      'The exact words agreed to, or the words that said stop. Of a text the first 320 characters; the thread has them all',
  }),
  wordingVersion: z.string(),
  language: language.optional(),
  collector: z.string().optional().meta({ description: 'Who or what took it down' }),
  evidence: z.string().optional().meta({ description: 'Where it can be looked up' }),
  proof: z
    .enum(CONSENT_PROOFS)
    .optional()
    .meta({ description: 'How it is known that it comes from who has the number; without it, it ends no STOP' }),
  answered: z.enum(CONSENT_CATEGORIES).optional().meta({ description: 'What the text was about that a STOP answered' }),
});

const categories = z.array(
  z.strictObject({
    category: z.enum(CONSENT_CATEGORIES),
    mayText: z.boolean(),
    reason: z.enum(['agreed', 'opted-out', 'prefers-no-texts', 'no-consent', 'carrier-refuses']),
    why: z.string().meta({ description: 'The reason in a sentence' }),
    since: instant.optional(),
    how: how.optional(),
    wording: z.string().optional(),
    wordingVersion: z.string().optional(),
  }),
);

const report = z.strictObject({
  phone,
  patientId: id('patient').optional().meta({
    description:
      'Whom categories is about: who was asked about, or the only patient with the number. Else it is of whoever has the number',
  }),
  categories: categories.meta({
    description: 'Whether texts may go now. Quiet hours and limits are asked when a text goes: they are not consent',
  }),
  channel: z
    .strictObject({ warnedAt: instant, wordingVersion: z.string(), prefersTexts: z.boolean() })
    .optional()
    .meta({ description: 'That they were warned that texts are not encrypted, and what they prefer' }),
  carrier: z
    .strictObject({
      listedAt: instant,
      note: z.string(),
      refusedAgainAt: instant.optional().meta({
        description:
          'When it refused a text to who had come back: nothing more is tried until they do once more, or are taken off',
      }),
      removableFrom: instant
        .optional()
        .meta({ description: 'When it was taken off lately: from when on it can be again' }),
    })
    .optional()
    .meta({ description: "The number is on the carrier's own opt-out list, from which it is taken once in 30 days" }),
  entries: z.array(entry).meta({ description: 'What was recorded' }),
  rev: z.number().int(),
});

const reportWithLedger = report.extend({
  people: z
    .array(z.strictObject({ patientId: id('patient'), categories }))
    .optional()
    .meta({ description: 'Where several patients use the number: the same of each, of the first ten' }),
  entries: z.array(entry).meta({ description: 'A page of the ledger, what was said last first' }),
  cursor: z.string().optional().meta({ description: 'Where the ledger goes on; absent at its end' }),
});

export const consentRoutes = [
  defineRoute({
    name: 'recordConsent',
    method: 'POST',
    path: '/v1/consents',
    access: 'consent:write',
    summary:
      'Record what somebody agreed to or refused, told to staff or signed; answers with that and what holds then',
    body: z
      .strictObject({
        patientId: id('patient').optional(),
        phone: phone.optional(),
        category: subject,
        granted: z.boolean(),
        wording: words(2000).meta({ description: 'The exact words' }),
        wordingVersion: line(40),
        language: language.default('en'),
        evidence: line(200).optional().meta({
          description:
            'Where it can be looked up: a signed form, a call. With it, an agreement ends a STOP; marketing needs the signed form',
        }),
        at: instant.optional().meta({ description: 'When it was given. Now, if not said' }),
      })
      .refine((body) => (body.patientId === undefined) !== (body.phone === undefined), {
        error: 'Send exactly one of patientId and phone',
        path: ['phone'],
      }),
    reply: { status: 201, body: report },
    errors: ['not-found'],
  }),
  defineRoute({
    name: 'getConsentOfNumber',
    method: 'POST',
    path: '/v1/consents/search',
    access: 'texts:read',
    summary: 'What a number agreed to and refused, and why a text may or may not go to it now',
    body: z.strictObject({ phone, ...pagingOfSearch }),
    reply: { status: 200, body: reportWithLedger },
  }),
  defineRoute({
    name: 'getConsentOfPatient',
    method: 'GET',
    path: '/v1/patients/{patientId}/consents',
    access: 'texts:read',
    summary: "The same of a patient's number",
    params: z.strictObject({ patientId: id('patient') }),
    query: z.strictObject(paging),
    reply: { status: 200, body: reportWithLedger },
    errors: ['not-found'],
  }),
] as const;
