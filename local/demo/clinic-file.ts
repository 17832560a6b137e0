import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import * as z from 'zod';
import { staffGroups } from '../../functions/platform/access.ts';
import { date, line, phone, slug, state, timeOfDay, zone } from '../../functions/platform/http/schemas.ts';

/** People write `+1 303-555-0142`; we keep `+13035550142`. */
const phoneAsTyped = z
  .string({ error: 'Expected a phone number in quotes, like "+1 303 555 0142"' })
  .overwrite((typed) => typed.replaceAll(/[\s().-]/g, ''))
  .pipe(phone);

const weekdays = { mon: 1, tue: 2, wed: 3, thu: 4, fri: 5, sat: 6, sun: 7 } as const;
const weekdayNames = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

const hours = z
  .strictObject({
    days: z.array(z.enum(weekdayNames)).min(1),
    from: timeOfDay,
    to: timeOfDay,
  })
  .refine(({ from, to }) => from < to, { error: 'The end must be later than the start', path: ['to'] });

const staffMember = z.strictObject({ email: z.email(), name: line(80), role: z.enum(staffGroups) });

const licence = z.strictObject({
  state,
  kind: z.enum(['full', 'compact', 'telehealth']).default('full'),
  validFrom: date,
  validTo: date.optional(),
});

const provider = z.strictObject({
  name: line(80),
  role: z.enum(['physician', 'physical-therapist', 'assistant']),
  zone,
  hours: z.array(hours).min(1),
  /** Where patients may be whom the provider treats, also by video. */
  licences: z.array(licence).default([]),
});

const minutes = (least: number, most: number) => z.int().min(least).max(most);

const appointmentType = z.strictObject({
  name: line(80),
  minutes: minutes(5, 480),
  bufferBeforeMinutes: minutes(0, 120).default(0),
  bufferAfterMinutes: minutes(0, 120).default(0),
  modalities: z.array(z.enum(['in-person', 'video', 'audio'])).min(1),
  leadMinutes: minutes(0, 43_200).default(60),
  horizonDays: minutes(1, 365).default(60),
  providers: z.array(z.string()).min(1),
});

const patient = z.strictObject({
  given: line(60),
  family: line(60),
  born: date,
  phone: phoneAsTyped,
  zone,
  state: state.optional(),
  /** Whether the patient agreed to be texted. */
  texts: z.boolean(),
});

const visit = z.strictObject({
  /** Given and family name of one of the file's patients. */
  patient: z.string(),
  type: z.string(),
  /** The first free time this many days ahead. */
  inDays: z.int().min(1).max(60),
});

const clinicFileSchema = z
  .strictObject({
    clinic: z.strictObject({
      slug,
      name: line(80),
      /** How texts name the clinic: short, and nothing that says what it treats. */
      brand: z
        .string()
        .regex(/^[A-Za-z0-9 .,'&-]{1,20}$/, { error: 'Expected at most 20 plain letters, digits and spaces' }),
      zone,
      /** The state its rooms are in. */
      state: state.optional(),
      phone: phoneAsTyped,
      originationNumber: phoneAsTyped,
      onCallNumber: phoneAsTyped,
    }),
    /** The words patients agree to when they agree to be texted. */
    consent: z.strictObject({ wording: line(600), version: line(40) }),
    staff: z.array(staffMember).min(1),
    providers: z.array(provider).min(1),
    appointmentTypes: z.array(appointmentType).min(1),
    patients: z.array(patient).default([]),
    /** Visits to begin with, for a clinic to try things on; a patient who has one already gets no other. */
    visits: z.array(visit).optional(),
  })
  .superRefine((file, context) => {
    const complain = (path: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    const unique = (values: readonly string[], at: (index: number) => (string | number)[], what: string) => {
      values.forEach((value, index) => {
        if (values.indexOf(value) !== index) complain(at(index), `This ${what} is in the file twice`);
      });
    };
    const names = file.providers.map((each) => each.name);
    unique(names, (index) => ['providers', index, 'name'], 'provider');
    unique(
      file.appointmentTypes.map((each) => each.name),
      (index) => ['appointmentTypes', index, 'name'],
      'appointment type',
    );
    unique(
      file.staff.map((each) => each.email.toLowerCase()),
      (index) => ['staff', index, 'email'],
      'email address',
    );
    unique(
      file.patients.map((each) => `${each.phone} ${each.born} ${each.family.toLowerCase()}`),
      (index) => ['patients', index, 'phone'],
      'patient (same phone, birth date and family name)',
    );
    file.appointmentTypes.forEach((type, index) => {
      type.providers.forEach((name, at) => {
        if (!names.includes(name))
          complain(['appointmentTypes', index, 'providers', at], 'There is no provider of this name in the file');
      });
    });
    const patientNames = file.patients.map(nameOf);
    const typeNames = file.appointmentTypes.map((each) => each.name);
    const visits = file.visits ?? [];
    visits.forEach((each, index) => {
      if (!patientNames.includes(each.patient))
        complain(['visits', index, 'patient'], 'There is no patient of this name in the file');
      if (!typeNames.includes(each.type))
        complain(['visits', index, 'type'], 'There is no appointment type of this name in the file');
    });
    unique(
      visits.map((each) => each.patient),
      (index) => ['visits', index, 'patient'],
      'patient with a visit',
    );
    if (!file.staff.some(({ role }) => role === 'admin'))
      complain(['staff'], 'At least one must have the role admin: providers are entered by an administrator');
  });

export type ClinicFile = z.output<typeof clinicFileSchema>;

/** How the file's visits name a patient. */
export const nameOf = ({ given, family }: { readonly given: string; readonly family: string }): string =>
  `${given} ${family}`;

/** The weekly rules of the API for what the file writes as days and hours. */
export const weeklyRules = (provider: ClinicFile['providers'][number]) =>
  provider.hours.flatMap(({ days, from, to }) => days.map((day) => ({ weekday: weekdays[day], from, to })));

/** What is wrong with a clinic file, one `file:line: field: message` per line. */
export class ClinicFileError extends Error {
  override readonly name = 'ClinicFileError';
}

/** @throws ClinicFileError when it cannot be read or something in it is wrong. */
export async function readClinicFile(path: string): Promise<ClinicFile> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new ClinicFileError(`There is no clinic file ${path}.`, { cause });
  }
  const here = relative(process.cwd(), path);
  return parseClinicFile(text, here.startsWith('..') ? path : here);
}

/** @throws ClinicFileError naming every line that is wrong, at most twenty. */
export function parseClinicFile(text: string, name: string): ClinicFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number) => lines.linePos(offset).line;
  if (document.errors.length > 0) {
    throw new ClinicFileError(
      listed(document.errors.map((error) => `${name}:${lineAt(error.pos[0])}: ${sentence(error.message)}`)),
    );
  }
  const read = clinicFileSchema.safeParse(document.toJS(), { error: explain });
  if (read.success) return read.data;
  const complaints = read.error.issues.flatMap((issue) => {
    const path = issue.path.filter((part) => typeof part !== 'symbol');
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ path: [...path, key], message: 'There is no such field' }));
    }
    return [{ path, message: sentence(issue.message) }];
  });
  throw new ClinicFileError(
    listed(
      complaints
        .map(({ path, message }) => ({ line: lineAt(offsetOf(document, path)), path, message }))
        .toSorted((a, b) => a.line - b.line)
        .map(({ line, path, message }) => `${name}:${line}: ${path.join('.') || 'the file'}: ${message}`),
    ),
  );
}

/** What zod itself would say in words for programmers. */
const explain: z.core.$ZodErrorMap = (issue) => {
  if (issue.code === 'invalid_type' && issue.input === undefined) return 'Is missing';
  if (issue.code === 'invalid_type') return `Expected ${withArticle(issue.expected)}`;
  if (issue.code === 'invalid_value') return `Expected one of ${issue.values.join(', ')}`;
  if (issue.code === 'too_small' && issue.origin === 'array') return 'Expected at least one';
  return undefined;
};

const words: Readonly<Record<string, string>> = {
  object: 'fields, one per line',
  array: 'a list',
  string: 'text (put a number that is meant as text in quotes)',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};
const withArticle = (type: string): string => words[type] ?? type;

const mostComplaints = 20;

const listed = (complaints: readonly string[]): string =>
  [
    ...complaints.slice(0, mostComplaints),
    ...(complaints.length > mostComplaints ? [`and ${complaints.length - mostComplaints} more`] : []),
  ].join('\n');

const sentence = (message: string): string => message.charAt(0).toUpperCase() + message.slice(1);

/** Where a field is written; where it is missing, the place of what it is missing from. */
function offsetOf(document: Document.Parsed, path: readonly (string | number)[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const at = path.slice(0, length);
    const key = keyOffset(document, at);
    if (key !== undefined) return key;
    const node = document.getIn(at, true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}

/** The place of a field's name: a value that is empty or spans lines begins elsewhere. */
function keyOffset(document: Document.Parsed, path: readonly (string | number)[]): number | undefined {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const last = path.at(-1);
  if (!isMap(parent)) return undefined;
  const pair = parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(last));
  return isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
}
