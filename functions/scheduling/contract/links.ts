import * as z from 'zod';
import { CONSENT_SOURCES } from '../../messaging/core/consent.ts';
import { defineRoute } from '../../platform/http/contract.ts';
import { instant, line } from '../../platform/http/schemas.ts';
import { offerRoutes } from './offers.ts';
import { linkParams, nothing, visitView } from './shared.ts';
import { linkSlotQuery, slotPage } from './slots.ts';

/** The form a visit page sends; which fields count depends on the action. */
export const visitPageForm = z.strictObject({
  action: z.enum(['confirm', 'reschedule', 'cancel', 'rebook', 'stop-texts', 'get-texts']),
  rev: z.coerce.number().int().min(1).max(1e9),
  start: instant.optional(),
  wordingVersion: line(40).optional(),
});

/** Texts about the link's patient to their number: their own agreement, and what stops texts to the number; nothing of anybody else. */
const numberTexts = z.strictObject({
  numberEnding: z.string().meta({ description: 'The last two digits of the number' }),
  mayText: z.boolean().meta({ description: 'Whether texts about visits and care may go to it' }),
  reason: z.enum(['agreed', 'opted-out', 'prefers-no-texts', 'no-consent', 'carrier-list', 'unreachable']),
  since: instant.optional(),
  how: z.enum(CONSENT_SOURCES).optional().meta({ description: 'How it was stopped' }),
  carrier: z
    .strictObject({
      listedAt: instant,
      refusedAgainAt: instant.optional().meta({ description: 'When it last refused a text to who had come back' }),
      removableFrom: instant.optional().meta({ description: 'It takes a number off its list once in 30 days' }),
    })
    .optional()
    .meta({
      description: 'The carrier has the number on its own list: whatever is agreed to, no text arrives meanwhile',
    }),
  stop: z
    .strictObject({ wording: z.string(), ends: z.enum(['category', 'all']) })
    .optional()
    .meta({ description: 'What a stop ends: texts about visits and care, and marketing; or everything' }),
  agreement: z.strictObject({ wording: z.string(), wordingVersion: z.string() }).optional().meta({
    description: 'The words to agree to; absent where texts may go, and where this link cannot bring them back',
  }),
  textStartTo: z.string().meta({ description: 'The number to text START to' }),
});

/** What a patient may ask with the link of a text about a visit. */
const visitLinkRoutes = [
  defineRoute({
    name: 'getVisitByLink',
    method: 'GET',
    path: '/v1/links/{token}',
    access: 'link',
    summary: 'The visit a text was about',
    params: linkParams,
    reply: { status: 200, body: visitView },
  }),
  defineRoute({
    name: 'findSlotsByLink',
    method: 'GET',
    path: '/v1/links/{token}/slots',
    access: 'link',
    summary: 'The next suitable times this visit could move to, or be booked anew for where the clinic cancelled it',
    params: linkParams,
    query: linkSlotQuery,
    reply: { status: 200, body: slotPage },
    errors: ['invalid-state'],
  }),
  defineRoute({
    name: 'confirmByLink',
    method: 'POST',
    path: '/v1/links/{token}/confirm',
    access: 'link',
    summary: 'Confirm the visit at the time it now has',
    params: linkParams,
    body: nothing,
    ifMatch: true,
    reply: { status: 200, body: visitView },
    errors: ['invalid-state'],
  }),
  defineRoute({
    name: 'rescheduleByLink',
    method: 'POST',
    path: '/v1/links/{token}/reschedule',
    access: 'link',
    summary: 'Move the visit to a free time of the same provider',
    params: linkParams,
    body: z.strictObject({ start: instant }),
    ifMatch: true,
    reply: { status: 200, body: visitView },
    errors: ['invalid-state', 'slot-taken', 'slot-not-offered'],
  }),
  defineRoute({
    name: 'cancelByLink',
    method: 'POST',
    path: '/v1/links/{token}/cancel',
    access: 'link',
    summary: 'Cancel the visit',
    params: linkParams,
    body: nothing,
    ifMatch: true,
    reply: { status: 200, body: visitView },
    errors: ['invalid-state'],
  }),
  defineRoute({
    name: 'rebookByLink',
    method: 'POST',
    path: '/v1/links/{token}/rebook',
    access: 'link',
    summary: 'Book a free time of the same provider in place of a visit that the clinic cancelled, once',
    params: linkParams,
    body: z.strictObject({ start: instant }),
    ifMatch: true,
    reply: { status: 201, body: visitView },
    errors: ['invalid-state', 'slot-taken', 'slot-not-offered'],
  }),
  defineRoute({
    name: 'getTextsByLink',
    method: 'GET',
    path: '/v1/links/{token}/texts',
    access: 'link',
    summary:
      'Whether texts go to the number of the visit’s patient, why not if not, and what can be done about it here',
    params: linkParams,
    reply: { status: 200, body: numberTexts },
  }),
  defineRoute({
    name: 'setTextsByLink',
    method: 'POST',
    path: '/v1/links/{token}/texts',
    access: 'link',
    summary:
      'Stop the texts to that number, or agree to them in words of the version named. What is so already is left as it is',
    params: linkParams,
    body: z
      .strictObject({ wanted: z.boolean(), wordingVersion: line(40).optional() })
      .refine(({ wanted, wordingVersion }) => !wanted || wordingVersion !== undefined, {
        path: ['wordingVersion'],
        error: 'Name the version of the words agreed to',
      }),
    reply: { status: 200, body: numberTexts.extend({ changed: z.boolean() }) },
    errors: ['invalid-state', 'stale'],
  }),
  defineRoute({
    name: 'showVisitPage',
    method: 'GET',
    path: '/v/{token}',
    access: 'link',
    summary:
      'The visit as a page: confirm, pick another time, cancel, stop texts or get them again; works without script',
    params: linkParams,
    query: z.strictObject({
      done: z
        .enum(['confirmed', 'moved', 'cancelled', 'rebooked', 'changed', 'taken', 'stopped', 'agreed', 'same'])
        .optional(),
    }),
    reply: { status: 200, format: 'html' },
  }),
  defineRoute({
    name: 'submitVisitPage',
    method: 'POST',
    path: '/v/{token}',
    access: 'link',
    summary: 'What a button of the visit page sends; answers with a redirect to the page',
    params: linkParams,
    bodyFormat: 'form',
    body: visitPageForm,
    reply: { status: 303, format: 'html' },
  }),
  defineRoute({
    name: 'showStopEmailsPage',
    method: 'GET',
    path: '/v/{token}/stop-emails',
    access: 'link',
    summary: 'Asks whether the e-mails that take the place of texts shall end',
    params: linkParams,
    reply: { status: 200, format: 'html' },
  }),
  defineRoute({
    name: 'stopEmails',
    method: 'POST',
    path: '/v/{token}/stop-emails',
    access: 'link',
    summary: 'Ends the e-mails that take the place of texts: the button of the page, or a mail program (RFC 8058)',
    params: linkParams,
    reply: { status: 200, format: 'html' },
  }),
] as const;

/** What a patient may ask with the link of a text, whatever the text was about. */
export const linkRoutes = [...visitLinkRoutes, ...offerRoutes] as const;
