import * as z from 'zod';
import { defineRoute } from '../../platform/http/contract.ts';
import { instant, pageOf, paging, words } from '../../platform/http/schemas.ts';
import { TEMPLATE_NAMES } from '../core/template-names.ts';

const template = z.enum(TEMPLATE_NAMES);
const language = z.enum(['en', 'es']);
const params = z.strictObject({ template, language });

const body = z.strictObject({
  words: words(1600).meta({
    description: 'With tokens in braces: {clinicName}: see you {time}. {link}',
  }),
});

const lint = {
  words: z.string().meta({ description: 'As they go out: typographic marks and accents as a telephone writes them' }),
  findings: z.array(z.strictObject({ level: z.enum(['error', 'warning']), code: z.string(), message: z.string() })),
  encoding: z.enum(['GSM-7', 'UCS-2']),
  segments: z.number().int().meta({ description: 'Parts of the longest text that these words can become' }),
  priceMicros: z.number().int().meta({ description: 'What such a text costs, in millionths of a dollar' }),
};

const templateView = z.strictObject({
  template,
  language,
  rev: z.number().int().meta({ description: "The version of the clinic's own words; 0 for the built-in ones" }),
  tokens: z.array(z.string()),
  ...lint,
});

export const templateRoutes = [
  defineRoute({
    name: 'listMessageTemplates',
    method: 'GET',
    path: '/v1/message-templates',
    access: 'messaging:read',
    summary: 'The words of every text in every language, as they go out now',
    query: z.strictObject({ language: language.optional() }),
    reply: { status: 200, body: z.strictObject({ items: z.array(templateView) }) },
  }),
  defineRoute({
    name: 'getMessageTemplate',
    method: 'GET',
    path: '/v1/message-templates/{template}/{language}',
    access: 'messaging:read',
    summary: 'The words of one text, its tokens, its parts and what it costs',
    params,
    reply: { status: 200, body: templateView },
  }),
  defineRoute({
    name: 'setMessageTemplate',
    method: 'PUT',
    path: '/v1/message-templates/{template}/{language}',
    access: 'messaging:write',
    summary: "Save the clinic's own words for a text; refused with every reason where they cannot be sent",
    params,
    body,
    ifMatch: true,
    reply: { status: 200, body: templateView },
    errors: ['template-refused'],
  }),
  defineRoute({
    name: 'lintMessageTemplate',
    method: 'POST',
    path: '/v1/message-templates/{template}/{language}/lint',
    access: 'messaging:read',
    summary: 'Read words without saving them',
    params,
    body,
    reply: { status: 200, body: z.strictObject(lint) },
  }),
  defineRoute({
    name: 'listMessageTemplateVersions',
    method: 'GET',
    path: '/v1/message-templates/{template}/{language}/versions',
    access: 'messaging:read',
    summary: "The versions of the clinic's own words, newest first",
    params,
    query: z.strictObject(paging),
    reply: {
      status: 200,
      body: pageOf(
        z.strictObject({
          template,
          language,
          words: z.string(),
          parts: z.number().int().meta({ description: 'Message parts of the longest text these words can become' }),
          version: z.number().int(),
          changedAt: instant,
        }),
      ),
    },
  }),
] as const;
