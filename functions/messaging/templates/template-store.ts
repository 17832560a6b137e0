import { Entity, type FormattedItem } from 'dynamodb-toolbox/entity';
import { item, number, string } from 'dynamodb-toolbox/schema';
import type { Caller } from '../../platform/actor.ts';
import { stampOf } from '../../platform/actor.ts';
import type { Id } from '../../platform/ids.ts';
import {
  create,
  get,
  type Page,
  type QueryPage,
  queryAll,
  queryPage,
  recordAttributes,
  recordsTable,
  save,
  type TransactItem,
} from '../../platform/store/records.ts';
import { TEMPLATE_NAMES, type TemplateName } from '../core/template-names.ts';
import type { Language } from '../core/templates.ts';

/** A clinic's own words for one of the texts in one language, as they were saved; a version never changes. */
export interface StoredTemplate {
  readonly template: TemplateName;
  readonly language: Language;
  readonly words: string;
  /** Message parts of the longest text these words can become. */
  readonly parts: number;
  /** From 1 on. */
  readonly version: number;
  readonly changedAt: string;
}

const templateAttributes = {
  ...recordAttributes,
  clinicId: string().key(),
  template: string()
    .enum(...TEMPLATE_NAMES)
    .key(),
  language: string().enum('en', 'es').key(),
  words: string(),
  parts: number(),
};

const partition = (clinicId: string): string => `clinic#${clinicId}#message-template`;
const currentPrefix = 'current#';
const versionPrefix = (template: string, language: string): string => `version#${template}#${language}#`;
const versionKey = (template: string, language: string, version: number): string =>
  `${versionPrefix(template, language)}${String(version).padStart(6, '0')}`;

/** The newest version: the words that go out. */
const MessageTemplateEntity = new Entity({
  name: 'MessageTemplate',
  table: recordsTable,
  timestamps: false,
  schema: item(templateAttributes),
  computeKey: ({ clinicId, template, language }) => ({
    pk: partition(clinicId),
    sk: `${currentPrefix}${template}#${language}`,
  }),
});

/** Each version, for good: what a text said can be read years later. */
const MessageTemplateVersionEntity = new Entity({
  name: 'MessageTemplateVersion',
  table: recordsTable,
  timestamps: false,
  schema: item({ ...templateAttributes, version: string().key() }),
  computeKey: ({ clinicId, version }) => ({ pk: partition(clinicId), sk: version }),
});

type StoredShape = Omit<FormattedItem<typeof MessageTemplateEntity>, 'entity'>;

const toTemplate = ({ template, language, words, parts, rev, changedAt }: StoredShape): StoredTemplate => ({
  template,
  language,
  words,
  parts,
  version: rev,
  changedAt,
});

/** The items that save the next version of a template's words, which must be the one after the newest. */
export const templateItems = (
  caller: Caller,
  { version, ...rest }: Omit<StoredTemplate, 'changedAt'>,
): readonly TransactItem[] => {
  const stored = { ...rest, ...stampOf(caller), clinicId: caller.clinicId, rev: version };
  return [
    save(MessageTemplateEntity, stored, version),
    create(MessageTemplateVersionEntity, { ...stored, version: versionKey(rest.template, rest.language, version) }),
  ];
};

/** A clinic's own words for a text, read consistently; undefined where it has none. */
export const getTemplate = async (
  clinicId: Id<'clinic'>,
  template: TemplateName,
  language: Language,
): Promise<StoredTemplate | undefined> => {
  const stored = await get(MessageTemplateEntity, { clinicId, template, language });
  return stored && toTemplate(stored);
};

/** All words of a clinic's own: at most one for each text and language. */
export const currentTemplates = async (clinicId: Id<'clinic'>): Promise<readonly StoredTemplate[]> =>
  (
    await queryAll(
      MessageTemplateEntity,
      { partition: partition(clinicId), range: { beginsWith: currentPrefix } },
      { consistent: true },
    )
  ).map(toTemplate);

/** The versions of a template's words, newest first. */
export const pageOfTemplateVersions = async (
  clinicId: Id<'clinic'>,
  template: TemplateName,
  language: Language,
  page: QueryPage,
): Promise<Page<StoredTemplate>> => {
  const { items, cursor } = await queryPage(
    MessageTemplateVersionEntity,
    { partition: partition(clinicId), range: { beginsWith: versionPrefix(template, language) } },
    { ...page, reverse: true },
  );
  return { items: items.map(toTemplate), cursor };
};
