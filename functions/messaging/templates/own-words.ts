import type { Caller } from '../../platform/actor.ts';
import { env } from '../../platform/config.ts';
import type { Id } from '../../platform/ids.ts';
import { Problem } from '../../platform/problem.ts';
import { loadClinic } from '../../platform/store/clinic.ts';
import { type Page, type QueryPage, type TransactItem, transact } from '../../platform/store/records.ts';
import { localDateOf } from '../../platform/time.ts';
import { priceOn } from '../core/figures.ts';
import type { Lint } from '../core/template-lint.ts';
import { builtInWords, LANGUAGES, type Language, TEMPLATE_NAMES, type TemplateName } from '../core/templates.ts';
import { loadSettings } from '../settings.ts';
import {
  currentTemplates,
  getTemplate,
  pageOfTemplateVersions,
  type StoredTemplate,
  templateItems,
} from './template-store.ts';

/** The words of one of the texts in one language, as staff see them. */
export interface TemplateView extends Lint {
  readonly template: TemplateName;
  readonly language: Language;
  /** The version of the clinic's own words; 0 for the built-in ones. */
  readonly rev: number;
  /** What may stand in braces. */
  readonly tokens: readonly string[];
}

interface Which {
  readonly template: TemplateName;
  readonly language: Language;
}

/** The words of every text as they go out now. */
export const listTemplates = async (
  caller: Caller,
  { language }: { readonly language?: Language | undefined },
): Promise<readonly TemplateView[]> => {
  const [own, reader] = await Promise.all([currentTemplates(caller.clinicId), readerOf(caller)]);
  return LANGUAGES.filter((each) => language === undefined || each === language).flatMap((each) =>
    TEMPLATE_NAMES.map((template) => {
      const which = { template, language: each };
      return viewOf(
        which,
        own.find((stored) => stored.template === template && stored.language === each),
        reader,
      );
    }),
  );
};

/** The words of one text as they go out now. */
export const readTemplate = async (caller: Caller, which: Which): Promise<TemplateView> => {
  const [own, reader] = await Promise.all([
    getTemplate(caller.clinicId, which.template, which.language),
    readerOf(caller),
  ]);
  return viewOf(which, own, reader);
};

/** Reads words without saving them. */
export const tryWords = async (caller: Caller, { template }: Which, words: string): Promise<Lint> =>
  (await readerOf(caller)).read(template, words);

/** The versions of a clinic's own words, newest first. */
export const listTemplateVersions = (
  clinicId: Id<'clinic'>,
  { template, language }: Which,
  page: QueryPage,
): Promise<Page<StoredTemplate>> => pageOfTemplateVersions(clinicId, template, language, page);

/**
 * Saves words of the clinic's own, in the characters of a telephone: every text of the kind that is claimed from now on has them,
 * also one that was planned before.
 * @throws Problem `template-refused` with what keeps them out; `stale`
 */
export const saveTemplate = async (
  caller: Caller,
  which: Which,
  { words, ifMatch }: { readonly words: string; readonly ifMatch?: number | undefined },
  commit: (items: readonly TransactItem[], after: TemplateView) => Promise<void> = transact,
): Promise<TemplateView> => {
  const [before, reader] = await Promise.all([
    getTemplate(caller.clinicId, which.template, which.language),
    readerOf(caller),
  ]);
  const rev = before?.version ?? 0;
  if (ifMatch !== undefined && ifMatch !== rev) throw new Problem('stale', 'Read it again and repeat.');
  const lint = reader.read(which.template, words);
  if (!reader.isSound(lint)) {
    const errors = lint.findings.filter(({ level }) => level === 'error');
    throw new Problem(
      'template-refused',
      'These words cannot be sent: see errors.',
      errors.map(({ message }) => ({ field: 'body.words', message })),
    );
  }
  const after = { ...viewOf(which, { words: lint.words, version: rev + 1 }, reader), ...lint };
  await commit(templateItems(caller, { ...which, words: lint.words, parts: lint.segments, version: rev + 1 }), after);
  return after;
};

/** How words are read for a clinic. Loaded when first asked for: few of this function's requests are about words. */
const readerOf = async ({ clinicId, now }: Caller) => {
  const [clinic, settings, { isSound, lintTemplate, tokensFor }] = await Promise.all([
    loadClinic(clinicId),
    loadSettings(clinicId),
    import('../core/template-lint.ts'),
  ]);
  const context = {
    clinicPhone: clinic.phone,
    publicUrl: env('PUBLIC_URL'),
    slug: clinic.slug,
    pricePerPartMicros: priceOn(localDateOf(now, clinic.zone), settings.pricePerPartMicros),
  };
  const read = (template: TemplateName, words: string): Lint => lintTemplate(template, words, context);
  return { read, isSound, tokensFor };
};

const viewOf = (
  { template, language }: Which,
  own: Pick<StoredTemplate, 'words' | 'version'> | undefined,
  { read, tokensFor }: Awaited<ReturnType<typeof readerOf>>,
): TemplateView => ({
  template,
  language,
  rev: own?.version ?? 0,
  tokens: [...tokensFor(template)],
  ...read(template, own?.words ?? builtInWords(template, language)),
});
