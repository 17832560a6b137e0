import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formSections } from '../../../functions/intake/core/form.ts';
import {
  renderBlocked,
  renderBooked,
  renderBookingProblem,
  renderChooseProvider,
  renderChooseType,
  renderCode,
  renderDetails,
  renderEmergency,
  renderTimes,
} from '../../../web/booking/pages.ts';
import type { CodeView, DetailsView, TimesView } from '../../../web/booking/view.ts';
import { elementsOf, named, readMarkup, skeletonOf, textOf } from './markup.ts';

const clinic = { brand: 'Lakeview', phone: '+12065550123' };
const slug = 'lakeview-spine';
const type = { id: 'aty_1', name: 'First visit', minutes: 60, patientKind: 'new' } as const;
const providers = [
  { id: 'prv_1', name: 'Dr. Maya Lindqvist' },
  { id: 'prv_2', name: 'Ben Two, PT' },
];
const chosen = {
  typeName: 'First visit',
  providerName: 'Dr. Maya Lindqvist',
  modality: 'video',
  start: '2026-11-24T16:30:00Z',
  end: '2026-11-24T17:30:00Z',
  zone: 'America/New_York',
} as const;

const times: TimesView = {
  clinic,
  slug,
  type,
  providerName: undefined,
  modalities: ['in-person', 'video'],
  modality: 'video',
  states: ['CO', 'CA'],
  state: 'CO',
  zones: ['America/Denver', 'America/New_York'],
  zone: 'America/New_York',
  slots: [
    { start: '2026-11-24T04:30:00Z', providerId: 'prv_1' },
    { start: '2026-11-24T16:30:00Z', providerId: 'prv_2' },
  ],
  earlierFrom: undefined,
  laterFrom: '2026-12-01',
  now: '2026-11-22T16:00:00Z',
  fields: { type: 'aty_1', provider: 'any', givenName: 'Zoe' },
};

const details: DetailsView = {
  clinic,
  slug,
  chosen,
  heldUntil: '2026-11-22T16:05:00Z',
  questions: { sections: formSections, fields: {}, faults: [], emergencyAnswers: new Set(['chest=yes']) },
  fields: { type: 'aty_1', provider: 'any', start: chosen.start, holdId: 'hld_1', givenName: 'Zoe' },
  faults: [],
  consentWording: 'I agree to texts.',
  marketingWording: 'I agree to offers.',
  language: 'en',
};

const code: CodeView = {
  clinic,
  slug,
  chosen,
  phone: '+12065550199',
  notice: 'sent',
  fields: { type: 'aty_1', givenName: 'Zoe', key: 'k' },
};

const pages: readonly (readonly [string, string])[] = [
  ['types', renderChooseType({ clinic, slug, types: [type], isGone: false })],
  ['types after a dead link', renderChooseType({ clinic, slug, types: [type], providerId: 'prv_1', isGone: true })],
  ['nothing to book', renderChooseType({ clinic, slug, types: [], isGone: false })],
  ['providers', renderChooseProvider({ clinic, slug, type, providers })],
  ['times', renderTimes(times)],
  [
    'times at the clinic only',
    renderTimes({ ...times, modalities: ['in-person'], modality: 'in-person', state: undefined }),
  ],
  ['no state said yet', renderTimes({ ...times, state: undefined, slots: [] })],
  [
    'no free times',
    renderTimes({ ...times, slots: [], earlierFrom: '2026-11-22', emptyBecause: 'Everything is booked.' }),
  ],
  ...(['taken', 'not-offered', 'too-many'] as const).map((notice): [string, string] => [
    `times: ${notice}`,
    renderTimes({ ...times, notice }),
  ]),
  ['details', renderDetails(details)],
  ['details without a form', renderDetails({ ...details, questions: { ...details.questions, sections: [] } })],
  [
    'details with faults',
    renderDetails({
      ...details,
      heldUntil: undefined,
      faults: [
        { field: 'givenName', message: 'Write your first name' },
        { field: 'birthDate', message: 'Write your date of birth' },
      ],
      questions: { ...details.questions, faults: [{ questionId: 'fever', message: 'Choose one of the answers' }] },
    }),
  ],
  ...(['sent', 'sent-again', 'wrong', 'too-many', 'too-many-codes'] as const).map((notice): [string, string] => [
    `code: ${notice}`,
    renderCode({ ...code, notice }),
  ]),
  ['booked', renderBooked({ clinic, slug, chosen, getsTexts: true, isUrgent: false, namesCrisisLine: false })],
  [
    'booked, urgent, no texts',
    renderBooked({
      clinic,
      slug,
      chosen: { ...chosen, modality: 'in-person' },
      getsTexts: false,
      isUrgent: true,
      namesCrisisLine: true,
    }),
  ],
  ['emergency', renderEmergency({ clinic, slug, isAlerted: true, namesCrisisLine: true, fields: code.fields })],
  ['blocked', renderBlocked({ clinic, slug, reason: 'Please call the clinic to book this visit.' })],
  ['unknown clinic', renderBookingProblem({ code: 'not-found', status: 404 })],
  ['too often', renderBookingProblem({ code: 'too-many-requests', status: 429 }, clinic)],
  ['our failure', renderBookingProblem({ code: 'internal', status: 500 }, clinic)],
  ['bad request', renderBookingProblem({ code: 'bad-input', status: 400 }, clinic)],
];

describe.each(pages)('every page of the booking: %s', (_, source) => {
  const page = readMarkup(source);
  const everything = elementsOf(page);
  const ids = everything.flatMap(({ attributes }) => attributes.get('id') ?? []);

  it('has one heading of the first rank, the landmarks and a language', () => {
    expect(named(page, 'h1')).toHaveLength(1);
    for (const landmark of ['header', 'main', 'footer', 'title']) expect(named(page, landmark)).toHaveLength(1);
    expect(named(page, 'html')[0]?.attributes.get('lang')).toBe('en-US');
  });

  it('runs no script, loads nothing, and leads only to the booking and the telephone', () => {
    const foreign = ['script', 'img', 'iframe', 'object', 'embed', 'base'];
    expect(everything.filter(({ name }) => foreign.includes(name))).toEqual([]);
    const attributes = everything.flatMap((element) => [...element.attributes]);
    expect(attributes.filter(([name]) => name.startsWith('on') || name === 'style')).toEqual([]);
    const addresses = attributes.filter(([name]) => ['href', 'src', 'action'].includes(name)).map(([, value]) => value);
    // `action` is also the name of what buttons send, never an attribute with another value here.
    expect(
      addresses.filter((address) => !/^(?:\/book\/lakeview-spine(?:\?|$)|tel:|#|\?|data:image\/svg)/.test(address)),
    ).toEqual([]);
  });

  it('names every control, once, and every id once', () => {
    expect(new Set(ids).size).toBe(ids.length);
    const labelled = new Set(named(page, 'label').map(({ attributes }) => attributes.get('for')));
    const controls = named(page, 'input', 'select', 'textarea').filter(
      ({ attributes }) => attributes.get('type') !== 'hidden',
    );
    for (const { attributes } of controls) expect(labelled, attributes.get('name')).toContain(attributes.get('id'));
    for (const button of named(page, 'button')) expect(textOf(button)).not.toBe('');
  });

  it('points to descriptions and headings that are there', () => {
    const references = everything.flatMap(({ attributes }) =>
      ['aria-describedby', 'aria-labelledby', 'for'].flatMap((name) => attributes.get(name)?.split(' ') ?? []),
    );
    const targets = everything.flatMap(({ attributes }) => attributes.get('href')?.match(/^#(.+)/)?.[1] ?? []);
    for (const id of [...references, ...targets]) expect(ids).toContain(id);
  });

  it('sends each field once: what it asks itself is not carried along too', () => {
    const form = named(page, 'form')[0];
    if (form === undefined) return;
    const hidden = named(form, 'input').filter(({ attributes }) => attributes.get('type') === 'hidden');
    const names = hidden.map(({ attributes }) => attributes.get('name'));
    expect(new Set(names).size).toBe(names.length);
    const asked = named(form, 'input', 'select', 'textarea')
      .filter((control) => !hidden.includes(control))
      .map(({ attributes }) => attributes.get('name'));
    expect(names.filter((name) => asked.includes(name))).toEqual([]);
  });

  it('says what to do in an emergency, and does not claim to be a private link', () => {
    expect(textOf(page)).toContain('If this is an emergency, call 911.');
    expect(textOf(page)).not.toContain('do not share');
  });
});

describe('the page of times', () => {
  it('groups by the day of the zone shown, labels it, and says the whole time to a screen reader', () => {
    const page = readMarkup(renderTimes(times));
    expect(named(page, 'summary').map(textOf)).toEqual(['Monday, November 231 time', 'Tuesday, November 241 time']);
    expect(textOf(page)).toContain('In Eastern Time');
    const button = named(page, 'button').find(({ attributes }) => attributes.get('value')?.startsWith('hold prv_2'));
    expect(button && textOf(button)).toBe('Tuesday, November 24 at 11:30 AM');
  });

  it('puts "Show times" before every time, so that the Enter key does not choose one', () => {
    const [first] = named(readMarkup(renderTimes(times)), 'button');
    expect(first?.attributes.get('value')).toBe('times');
  });
});

describe('whatever people are called', () => {
  it('the page of details stays the same page', () => {
    const skeleton = skeletonOf(readMarkup(renderDetails(details)));
    fc.assert(
      fc.property(fc.string(), fc.string(), (givenName, familyName) => {
        const fields = { ...details.fields, givenName, familyName };
        expect(skeletonOf(readMarkup(renderDetails({ ...details, fields })))).toBe(skeleton);
      }),
    );
  });

  it('what is carried along stays what it was', () => {
    fc.assert(
      fc.property(fc.string(), (limits) => {
        const page = readMarkup(renderCode({ ...code, fields: { limits } }));
        const field = named(page, 'input').find(({ attributes }) => attributes.get('name') === 'limits');
        expect(field?.attributes.get('value')).toBe(limits);
      }),
    );
  });
});
