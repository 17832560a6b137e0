import * as z from 'zod';
import { defineRoute } from '../../platform/http/contract.ts';
import { cursor, id, instant, line, pageOf, paging, whoIsLookedFor, words } from '../../platform/http/schemas.ts';
import { maxStaffWords } from '../core/staff-text.ts';

/** Cognito's, a UUID. */
const staffId = z.string().regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, {
  error: 'Expected the id of a member of staff: the `sub` of their sign-in',
});
const staffView = z.strictObject({
  id: z.string().meta({ description: 'The `sub` of their sign-in' }),
  name: z.string().optional(),
});
const tag = line(30)
  .overwrite((value) => value.toLowerCase())
  .meta({ description: 'Capitals make no difference' });
const staffWords = words(maxStaffWords);
const actor = z.strictObject({ kind: z.enum(['staff', 'patient', 'automation', 'system']), id: z.string() });

/** The conversation with one number. `rev` is its ETag. */
const threadView = z.strictObject({
  id: id('thread'),
  phone: z.string().meta({ description: 'E.164' }),
  status: z.enum(['open', 'closed']),
  queue: z
    .enum(['unassigned', 'assigned', 'unknown', 'closed'])
    .meta({ description: 'unknown: no patient had the number when it last wrote, or the thread last changed' }),
  patients: z
    .array(z.strictObject({ id: id('patient'), givenName: z.string(), familyName: z.string() }))
    .meta({ description: 'Who uses the number now: nobody the clinic knows, one, or a family' }),
  assignedTo: z.string().optional().meta({ description: 'The `sub` of a sign-in' }),
  tags: z.array(z.string()),
  unread: z.number().int().meta({ description: 'Texts that wait for a human: to be read, or written in vain' }),
  lastAt: instant.meta({ description: 'Of the last text from the number, or from staff to it' }),
  lastInboundAt: instant.optional(),
  lastStaffAt: instant.optional(),
  answering: z
    .strictObject({ by: z.string(), until: instant })
    .optional()
    .meta({ description: 'Who is writing an answer: nobody else can send one until then' }),
  rev: z.number().int().meta({ description: '0: nothing has been written in it' }),
});

/** A text of a thread. */
const lineView = z.strictObject({
  id: z.string(),
  at: z.string().meta({ description: 'When it came, went, or is to go (then it stands before all others)' }),
  direction: z.enum(['in', 'out']),
  words: z.string().optional().meta({ description: 'What a person wrote: the number, or staff' }),
  by: z.string().optional().meta({ description: 'Who of the staff wrote it' }),
  intent: z.string().optional().meta({ description: 'How what came in was read' }),
  template: z.string().optional().meta({ description: 'What automation sent, or staff-text' }),
  parameters: z
    .record(z.string(), z.string())
    .optional()
    .meta({ description: 'What was put into what automation sent; its words are not kept' }),
  status: z.string().optional().meta({ description: 'What became of what went out' }),
  reason: z.string().optional(),
  patientId: id('patient').optional(),
  appointmentId: id('appointment').optional(),
});

const noteView = z.strictObject({ id: id('threadNote'), at: z.string(), by: actor, note: z.string() });

const writtenView = z.strictObject({
  text: lineView,
  thread: threadView,
  warnings: z
    .array(z.string())
    .meta({ description: 'What was confirmed; at-night: it is late where the patient is, and goes as an answer' }),
  segments: z.number().int().meta({ description: 'Parts the carrier charges for' }),
});

const newText = z.strictObject({
  words: staffWords,
  sendAt: instant.optional().meta({ description: 'When it shall go, in the next 90 days; at once if absent' }),
  confirmWarnings: z.boolean().default(false).meta({ description: 'Send it although there are warnings' }),
});

const cannedReply = z.strictObject({
  title: line(80),
  language: z.enum(['en', 'es']).default('en'),
  words: staffWords,
});

const cannedReplyView = cannedReply.extend({
  id: id('cannedReply'),
  language: z.enum(['en', 'es']),
  words: z.string(),
  status: z.enum(['active', 'retired']),
  warnings: z.array(z.string()).meta({ description: 'What whoever sends it will have to confirm' }),
  rev: z.number().int(),
});

const ofThread = z.strictObject({ threadId: id('thread') });
const writeErrors = [
  'not-found',
  'invalid-state',
  'opted-out',
  'no-consent',
  'quiet-hours',
  'being-answered',
  'confirm-warnings',
  'stale',
] as const;

/**
 * The changes of a thread that take nothing but its id, each answered with the thread. What is read, or done with, is what the caller
 * has seen: a text that came in since must not be hidden by it.
 */
const threadAction = <const Name extends string, const Verb extends string>(
  name: Name,
  verb: Verb,
  summary: string,
  ifMatch: true | 'required' = true,
) =>
  defineRoute({
    name,
    method: 'POST',
    path: `/v1/threads/{threadId}/${verb}`,
    access: 'texts:write',
    summary,
    params: ofThread,
    ifMatch,
    reply: { status: 200, body: threadView },
    errors: ['not-found'],
  });

/** Staff, writing with patients: `messaging-inbox-http`. */
export const inboxRoutes = [
  defineRoute({
    name: 'listThreads',
    method: 'GET',
    path: '/v1/threads',
    access: 'texts:read',
    summary: 'Threads of a queue, latest text first',
    query: z
      .strictObject({
        queue: z
          .enum(['open', 'unassigned', 'mine', 'assigned', 'unknown', 'closed'])
          .optional()
          .meta({ description: 'open: all open ones of patients, whoever has them (the default)' }),
        staffId: staffId.optional().meta({ description: 'With queue=assigned: whose' }),
        tag: tag.optional().meta({ description: 'Leaves out those without it, so that pages may be short' }),
        ...paging,
      })
      .refine(({ queue, staffId: whose }) => (queue === 'assigned') === (whose !== undefined), {
        error: 'Is required with queue=assigned, and only there',
        path: ['staffId'],
      }),
    reply: { status: 200, body: pageOf(threadView) },
  }),
  defineRoute({
    name: 'findThreads',
    method: 'POST',
    path: '/v1/threads/search',
    access: 'texts:read',
    summary: 'The threads of a number, or of patients by the beginning of their name',
    body: whoIsLookedFor,
    reply: { status: 200, body: pageOf(threadView) },
  }),
  defineRoute({
    name: 'getThread',
    method: 'GET',
    path: '/v1/threads/{threadId}',
    access: 'texts:read',
    summary: 'One thread',
    params: ofThread,
    reply: { status: 200, body: threadView },
    errors: ['not-found'],
  }),
  defineRoute({
    name: 'getPatientThread',
    method: 'GET',
    path: '/v1/patients/{patientId}/thread',
    access: 'texts:read',
    summary: "The thread of a patient's number",
    params: z.strictObject({ patientId: id('patient') }),
    reply: { status: 200, body: threadView },
    errors: ['not-found'],
  }),
  defineRoute({
    name: 'listThreadTexts',
    method: 'GET',
    path: '/v1/threads/{threadId}/texts',
    access: 'texts:read',
    summary: "A thread's texts in both directions, latest first: automation's by template, people's by their words",
    params: ofThread,
    query: z.strictObject(paging),
    reply: { status: 200, body: pageOf(lineView) },
    errors: ['not-found'],
  }),
  defineRoute({
    name: 'searchTexts',
    method: 'POST',
    path: '/v1/thread-texts/search',
    access: 'texts:read',
    summary: 'What people wrote that holds the words, latest first, in one thread or all; 2,000 texts are read at once',
    body: z.strictObject({
      words: line(120).refine((value) => /[\p{L}\p{N}]/u.test(value), { error: 'Expected at least one word' }),
      threadId: id('thread').optional(),
      cursor: cursor.optional(),
    }),
    reply: {
      status: 200,
      body: z.strictObject({
        items: z.array(lineView.extend({ threadId: id('thread') })),
        searched: z.number().int().meta({ description: 'How many texts were read' }),
        cursor: z.string().optional().meta({ description: 'Absent when all were read' }),
      }),
    },
  }),
  defineRoute({
    name: 'answerThread',
    method: 'POST',
    path: '/v1/threads/{threadId}/texts',
    access: 'texts:write',
    summary: "Write to a thread's number, now or later",
    params: ofThread,
    body: newText,
    ifMatch: true,
    reply: { status: 201, body: writtenView },
    errors: writeErrors,
  }),
  defineRoute({
    name: 'textPatient',
    method: 'POST',
    path: '/v1/patients/{patientId}/texts',
    access: 'texts:write',
    summary: 'Write to a patient, now or later',
    params: z.strictObject({ patientId: id('patient') }),
    body: newText,
    reply: { status: 201, body: writtenView },
    errors: writeErrors,
  }),
  defineRoute({
    name: 'cancelStaffText',
    method: 'POST',
    path: '/v1/threads/{threadId}/texts/{textId}/cancel',
    access: 'texts:write',
    summary: 'Take back what staff wrote and has not gone out',
    params: z.strictObject({ threadId: id('thread'), textId: id('staffText') }),
    reply: { status: 200, body: lineView },
    errors: ['not-found', 'invalid-state'],
  }),
  defineRoute({
    name: 'assignThread',
    method: 'POST',
    path: '/v1/threads/{threadId}/assign',
    access: 'texts:write',
    summary:
      'Give a thread to a member of staff: to the caller, if none is named. Automation is silent in it from then on',
    params: ofThread,
    body: z.strictObject({ staffId: staffId.optional() }),
    ifMatch: true,
    reply: { status: 200, body: threadView },
    errors: ['not-found'],
  }),
  defineRoute({
    name: 'listStaff',
    method: 'GET',
    path: '/v1/staff',
    access: 'texts:read',
    summary: 'Who of the clinic may sign in and write with patients, by name: whom a thread can be given to',
    reply: { status: 200, body: z.strictObject({ items: z.array(staffView) }) },
  }),
  threadAction('unassignThread', 'unassign', 'Give a thread back to everybody'),
  threadAction(
    'closeThread',
    'close',
    'Nothing is left to do; the next text that needs a human opens it again',
    'required',
  ),
  threadAction('reopenThread', 'reopen', 'Open a thread again'),
  threadAction('markThreadRead', 'read', 'Say that what came in was read', 'required'),
  threadAction('takeAnswering', 'answering', 'Say that the caller is answering, for two minutes: others cannot send'),
  threadAction('releaseAnswering', 'answering/release', 'Say that the caller is not answering after all'),
  defineRoute({
    name: 'tagThread',
    method: 'PUT',
    path: '/v1/threads/{threadId}/tags',
    access: 'texts:write',
    summary: "Set a thread's tags",
    params: ofThread,
    body: z.strictObject({ tags: z.array(tag).max(10) }),
    ifMatch: true,
    reply: { status: 200, body: threadView },
    errors: ['not-found'],
  }),
  defineRoute({
    name: 'listThreadNotes',
    method: 'GET',
    path: '/v1/threads/{threadId}/notes',
    access: 'texts:read',
    summary: 'What staff told each other about a thread, latest first',
    params: ofThread,
    query: z.strictObject(paging),
    reply: { status: 200, body: pageOf(noteView) },
    errors: ['not-found'],
  }),
  defineRoute({
    name: 'noteThread',
    method: 'POST',
    path: '/v1/threads/{threadId}/notes',
    access: 'texts:write',
    summary: 'Leave staff a note; it is never sent',
    params: ofThread,
    body: z.strictObject({ note: words(4000) }),
    reply: { status: 201, body: noteView },
    errors: ['not-found'],
  }),
  defineRoute({
    name: 'listCannedReplies',
    method: 'GET',
    path: '/v1/canned-replies',
    access: 'texts:read',
    summary: 'Answers that staff give often, by title',
    query: z.strictObject({ language: z.enum(['en', 'es']).optional() }),
    reply: { status: 200, body: z.strictObject({ items: z.array(cannedReplyView) }) },
  }),
  defineRoute({
    name: 'createCannedReply',
    method: 'POST',
    path: '/v1/canned-replies',
    access: 'texts:write',
    summary: 'Keep an answer for everybody',
    body: cannedReply,
    reply: { status: 201, body: cannedReplyView },
  }),
  defineRoute({
    name: 'updateCannedReply',
    method: 'PUT',
    path: '/v1/canned-replies/{cannedReplyId}',
    access: 'texts:write',
    summary: 'Change a canned reply, or retire it',
    params: z.strictObject({ cannedReplyId: id('cannedReply') }),
    body: cannedReply.extend({ status: z.enum(['active', 'retired']).default('active') }),
    ifMatch: true,
    reply: { status: 200, body: cannedReplyView },
    errors: ['not-found'],
  }),
] as const;
