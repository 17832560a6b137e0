import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formSections } from '../../../functions/intake/core/form.ts';
import {
  contentSecurityPolicy,
  type FormView,
  type OfferView,
  renderClosedForm,
  renderForm,
  renderFormResult,
  renderOffer,
  renderProblemPage,
  renderVisit,
  type VisitView,
} from '../../../web/visit/pages.ts';
import { darkPalette, lightPalette, type Palette } from '../../../web/visit/theme.ts';
import { anyText } from '../../helpers/any-text.ts';
import { type Element, elementsOf, named, readMarkup, skeletonOf, textOf } from './markup.ts';

const clinic = { brand: 'Lakeview', phone: '+12065550123' };
const token = 'AbCdEfGhIjKlMnOpQrStUv';

const texts: VisitView['texts'] = {
  numberEnding: '77',
  mayText: true,
  reason: 'agreed',
  stop: { wording: 'Stop texts', ends: 'all' },
  textStartTo: '+12065550188',
};
const agreement = { wording: 'I agree to <texts>.', wordingVersion: 'texts-1' };
const stopped: VisitView['texts'] = {
  ...texts,
  mayText: false,
  reason: 'opted-out',
  since: '2026-11-22T05:30:00Z',
  how: 'text',
  stop: undefined,
  agreement,
};
const listed = { listedAt: '2026-11-20T18:00:00Z', removableFrom: '2026-12-05T18:00:00Z' };
const refusals: Readonly<Record<string, VisitView['texts']>> = {
  'stopped by text': stopped,
  'stopped, by a link that was not texted': { ...stopped, agreement: undefined },
  'stopped, marketing goes on': { ...stopped, how: 'web-form', stop: { wording: 'Stop texts', ends: 'category' } },
  'on the list of the carrier': { ...stopped, how: 'carrier', carrier: listed },
  'agreed to, on the list of the carrier': { ...texts, mayText: false, reason: 'carrier-list', carrier: listed },
  'agreed to again, refused by the carrier': {
    ...texts,
    mayText: false,
    reason: 'carrier-list',
    carrier: { ...listed, refusedAgainAt: '2026-11-21T18:00:00Z' },
  },
  'not wanted unencrypted': { ...stopped, reason: 'prefers-no-texts', how: undefined },
  'not agreed to': { ...stopped, reason: 'no-consent', since: undefined, how: undefined },
  'not arriving': { ...texts, mayText: false, reason: 'unreachable', since: '2026-11-20T18:00:00Z' },
};

const visit: VisitView = {
  clinic,
  token,
  rev: 7,
  status: 'booked',
  isConfirmed: false,
  isOpen: true,
  isAskedToMove: false,
  mayRebook: false,
  seriesStarts: [],
  patientGivenName: 'Ana',
  providerName: 'Maya Chen',
  modality: 'video',
  start: '2026-11-24T16:30:00Z',
  end: '2026-11-24T17:00:00Z',
  visitZone: 'America/Los_Angeles',
  patientZone: 'America/Denver',
  otherStarts: ['2026-12-01T16:30:00Z', '2026-11-25T16:30:00Z', '2026-11-25T21:15:00Z'],
  form: 'open',
  texts,
};

const form: FormView = {
  clinic,
  token,
  rev: 2,
  sections: formSections,
  fields: {},
  faults: [],
  emergencyAnswers: new Set(['chest=yes']),
};

const faulty: FormView = {
  ...form,
  fields: { limits: 'gardening', 'pain-place': 'neck' },
  faults: [
    { questionId: 'saddle-numbness', message: 'Choose yes or no' },
    { questionId: 'pain-now', message: 'Choose a number from 0 to 10' },
    { questionId: 'limits', message: 'Write at most 1000 characters' },
  ],
};

const closed = { ...visit, isOpen: false, form: 'closed' } as const;
const calledOff = { ...closed, status: 'cancelled', mayRebook: true } as const;
const standIn = { start: '2026-11-25T16:30:00Z', end: '2026-11-25T17:00:00Z' };
const rebooked = { ...calledOff, mayRebook: false, otherStarts: [], standIn } as const;

const offer: OfferView = {
  clinic,
  token,
  standing: 'open',
  patientGivenName: 'Ana',
  providerName: 'Maya Chen',
  modality: 'video',
  start: '2026-11-24T16:30:00Z',
  end: '2026-11-24T17:00:00Z',
  visitZone: 'America/Los_Angeles',
  patientZone: 'America/Denver',
  expiresAt: '2026-11-23T18:35:00Z',
};

const pages: readonly (readonly [string, string])[] = [
  ['visit to confirm', renderVisit(visit)],
  ['confirmed visit', renderVisit({ ...visit, isConfirmed: true, outcome: 'confirmed', form: 'answered' })],
  ['moved visit', renderVisit({ ...visit, outcome: 'moved', modality: 'in-person' })],
  ['visit changed elsewhere', renderVisit({ ...visit, outcome: 'changed' })],
  ['visit without other times', renderVisit({ ...visit, outcome: 'taken', otherStarts: [] })],
  ['cancelled visit', renderVisit({ ...closed, status: 'cancelled', outcome: 'cancelled' })],
  ['visit to be moved', renderVisit({ ...visit, isAskedToMove: true })],
  ['first visit of a series', renderVisit({ ...visit, seriesStarts: ['2026-12-01T16:30:00Z'] })],
  ['visit the clinic cancelled', renderVisit(calledOff)],
  ['visit the clinic cancelled, just taken', renderVisit({ ...calledOff, outcome: 'taken' })],
  ['visit the clinic cancelled, from an old address', renderVisit({ ...calledOff, outcome: 'cancelled' })],
  ['visit the clinic cancelled, nothing free', renderVisit({ ...calledOff, otherStarts: [] })],
  ['visit just rebooked', renderVisit({ ...rebooked, outcome: 'rebooked' })],
  ['visit rebooked before', renderVisit(rebooked)],
  ['visit that has begun', renderVisit(closed)],
  ['arrived', renderVisit({ ...closed, status: 'arrived' })],
  ['fulfilled visit', renderVisit({ ...closed, status: 'fulfilled' })],
  ['missed visit', renderVisit({ ...closed, status: 'noshow' })],
  ['texts just stopped', renderVisit({ ...visit, texts: stopped, outcome: 'stopped' })],
  ['texts just agreed to', renderVisit({ ...visit, outcome: 'agreed' })],
  ['texts as they were', renderVisit({ ...visit, outcome: 'same' })],
  ...Object.entries(refusals).map(([name, each]) => [`texts ${name}`, renderVisit({ ...visit, texts: each })] as const),
  ['form', renderForm(form)],
  ['form that asks to agree', renderForm({ ...form, asks: [{ name: 'consent', wording: 'I agree to <texts>.' }] })],
  ['form with faults', renderForm(faulty)],
  ['stale form', renderForm({ ...form, isStale: true })],
  ['form with an emergency', renderForm({ ...form, saved: 'EMERGENCY' })],
  ['form with a same-day finding', renderForm({ ...form, saved: 'SAME_DAY' })],
  ['saved form', renderForm({ ...form, saved: 'ROUTINE' })],
  ['emergency advice', renderFormResult({ clinic, token, disposition: 'EMERGENCY', namesCrisisLine: true })],
  ['same-day advice', renderFormResult({ clinic, token, disposition: 'SAME_DAY', namesCrisisLine: false })],
  ['thanks', renderFormResult({ clinic, token, disposition: 'ROUTINE', namesCrisisLine: false })],
  ['closed form', renderClosedForm({ clinic, token })],
  ['offer', renderOffer(offer)],
  ['offer at the clinic, told by another clock', renderOffer({ ...offer, modality: 'in-person' })],
  ['offer taken', renderOffer({ ...offer, standing: 'accepted' })],
  ['offer left', renderOffer({ ...offer, standing: 'declined' })],
  ['offer over', renderOffer({ ...offer, standing: 'over' })],
  ['offer withdrawn', renderOffer({ ...offer, standing: 'withdrawn' })],
  ['expired link', renderProblemPage({ code: 'link-expired', status: 410 }, clinic)],
  ['unknown link', renderProblemPage({ code: 'not-found', status: 404 })],
  ['our failure', renderProblemPage({ code: 'internal', status: 500 }, clinic)],
  ['bad request', renderProblemPage({ code: 'bad-input', status: 400 }, clinic)],
];

const idsOf = (page: Element): string[] => elementsOf(page).flatMap(({ attributes }) => attributes.get('id') ?? []);
const isHidden = ({ attributes }: Element): boolean => attributes.get('type') === 'hidden';
const hiddenFields = (element: Element): Record<string, string | undefined> =>
  Object.fromEntries(
    named(element, 'input')
      .filter(isHidden)
      .map(({ attributes }) => [attributes.get('name') ?? '', attributes.get('value')]),
  );

/** What the forms of a page would do. */
const actionsOf = (page: Element): (string | undefined)[] =>
  named(page, 'form').map((sent) => hiddenFields(sent).action);

describe.each(pages)('every page: %s', (_, source) => {
  const page = readMarkup(source);

  it('has one heading of the first rank, the landmarks and a language', () => {
    expect(named(page, 'h1')).toHaveLength(1);
    for (const landmark of ['header', 'main', 'footer', 'title']) expect(named(page, landmark)).toHaveLength(1);
    expect(named(page, 'html')[0]?.attributes.get('lang')).toBe('en-US');
  });

  it('runs no script and loads nothing', () => {
    const everything = elementsOf(page);
    expect(
      everything.filter(({ name }) => ['script', 'img', 'iframe', 'object', 'embed', 'base'].includes(name)),
    ).toEqual([]);
    const attributes = everything.flatMap((element) => [...element.attributes]);
    expect(attributes.filter(([name]) => name.startsWith('on') || name === 'style')).toEqual([]);
    const addresses = attributes.filter(([name]) => ['href', 'src', 'action'].includes(name)).map(([, value]) => value);
    expect(addresses.filter((address) => !/^(?:\/[vo]\/|tel:|sms:|#|\?|data:image\/svg)/.test(address))).toEqual([]);
  });

  it('carries its own policy, which names the hash of its own style', () => {
    const [style] = named(page, 'style');
    const hash = createHash('sha256')
      .update(String(style?.children.join('')))
      .digest('base64');
    const policy = named(page, 'meta')
      .find(({ attributes }) => attributes.has('http-equiv'))
      ?.attributes.get('content');
    expect(policy).toContain(`style-src 'sha256-${hash}'`);
    expect(contentSecurityPolicy).toBe(`${policy}; frame-ancestors 'none'`);
    expect(policy).toContain("form-action 'self'");
  });

  it('labels every control, and every reference leads somewhere', () => {
    const ids = idsOf(page);
    expect(new Set(ids).size).toBe(ids.length);
    const labelled = named(page, 'label').map(({ attributes }) => attributes.get('for'));
    const controls = named(page, 'input', 'textarea').filter((control) => !isHidden(control));
    for (const control of controls) expect(labelled).toContain(control.attributes.get('id'));
    const references = elementsOf(page).flatMap(({ attributes }) => [
      ...['for', 'aria-describedby', 'aria-labelledby'].flatMap((name) => attributes.get(name)?.split(' ') ?? []),
      ...(attributes.get('href')?.startsWith('#') ? [attributes.get('href')?.slice(1)] : []),
    ]);
    for (const reference of references) expect(ids).toContain(reference);
    for (const group of named(page, 'fieldset')) expect(textOf(named(group, 'legend')[0] ?? page)).not.toBe('');
    for (const pressed of named(page, 'button', 'a')) expect(textOf(pressed)).not.toBe('');
  });

  it('is walked by keyboard in the order it is read', () => {
    const order = elementsOf(page).flatMap(({ attributes }) => attributes.get('tabindex') ?? []);
    expect(order.filter((value) => value !== '-1')).toEqual([]);
    expect(elementsOf(page).filter(({ attributes }) => attributes.has('autofocus')).length).toBeLessThanOrEqual(1);
  });

  it('sends its forms to itself, with the revision it shows; an offer is answered once and has none', () => {
    for (const sent of named(page, 'form')) {
      expect(sent.attributes.get('method')).toBe('post');
      const address = sent.attributes.get('action');
      expect(address).toMatch(new RegExp(`^/(?:v/${token}(?:/form)?|o/${token})$`));
      if (address?.startsWith('/v/')) expect(hiddenFields(sent).rev).toMatch(/^\d+$/);
      expect(named(sent, 'button').every(({ attributes }) => attributes.get('type') === 'submit')).toBe(true);
    }
  });

  it('says what to do in an emergency', () => {
    const [footer] = named(page, 'footer');
    expect(textOf(footer ?? page)).toContain('If this is an emergency, call 911.');
  });

  it('keeps people out of its title', () => {
    const [title] = named(page, 'title');
    expect(textOf(title ?? page)).not.toMatch(/Ana|Maya|Chen|2026|November/);
  });
});

/** Strings as an attacker, a broken keyboard or a proud parent would write them. */
const hostile = fc.oneof(
  anyText({ minLength: 1, maxLength: 40 }),
  fc.constantFrom(
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' autofocus onfocus='alert(1)",
    '</style><h1>',
    '</textarea><h1>',
    '&lt;b&gt;',
    '{{7*7}}',
    '\u202eabc',
  ),
);

describe('escaping', () => {
  it('a visit page has the same structure whatever people and clinics are called', () => {
    const expected = skeletonOf(readMarkup(renderVisit(visit)));
    fc.assert(
      fc.property(hostile, hostile, hostile, (patientGivenName, providerName, brand) => {
        const page = renderVisit({ ...visit, patientGivenName, providerName, clinic: { brand, phone: clinic.phone } });
        expect(skeletonOf(readMarkup(page))).toBe(expected);
      }),
    );
  });

  it('a form shows what was typed, as typed, and nothing else changes', () => {
    const expected = skeletonOf(readMarkup(renderForm({ ...faulty, fields: { limits: 'x' } })));
    fc.assert(
      fc.property(hostile, (typed) => {
        const page = readMarkup(renderForm({ ...faulty, fields: { limits: typed } }));
        expect(skeletonOf(page)).toBe(expected);
        const area = named(page, 'textarea').find(({ attributes }) => attributes.get('name') === 'limits');
        expect(area?.children.join('')).toBe(`\n${typed}`);
      }),
    );
  });
});

describe('the visit page', () => {
  const buttons = (view: VisitView): string[] => named(readMarkup(renderVisit(view)), 'button').map(textOf);

  it('offers in this order: confirm, the form, other times by day, cancel, stop texts', () => {
    const page = readMarkup(renderVisit(visit));
    const [main] = named(page, 'main');
    expect(named(main ?? page, 'button', 'a', 'summary').map(textOf)).toEqual([
      'Confirm this time',
      'Answer the questions',
      'Move to Wednesday, November 25, 9:30 AM',
      'Move to Wednesday, November 25, 2:15 PM',
      'Move to Tuesday, December 1, 9:30 AM',
      '(206) 555-0123',
      'Cancel this visit',
      'Yes, cancel my visit',
      'Stop texts',
    ]);
  });

  it('moves with one tap: each time is a submit button that carries its instant', () => {
    const page = readMarkup(renderVisit(visit));
    const sent = named(page, 'form').find((candidate) => hiddenFields(candidate).action === 'reschedule');
    expect(hiddenFields(sent ?? page)).toEqual({ action: 'reschedule', rev: '7' });
    expect(
      named(sent ?? page, 'button').map(({ attributes }) => [attributes.get('name'), attributes.get('value')]),
    ).toEqual([
      ['start', '2026-11-25T16:30:00Z'],
      ['start', '2026-11-25T21:15:00Z'],
      ['start', '2026-12-01T16:30:00Z'],
    ]);
  });

  it('asks once more before it cancels', () => {
    const [details] = named(readMarkup(renderVisit(visit)), 'details');
    expect(details?.attributes.has('open')).toBe(false);
    expect(hiddenFields(details ?? readMarkup(''))).toEqual({ action: 'cancel', rev: '7' });
  });

  it('shows a video visit on the patient’s clock and a visit at the clinic on the clinic’s', () => {
    const video = textOf(readMarkup(renderVisit(visit)));
    expect(video).toContain('9:30 AM – 10:00 AM Mountain Time');
    expect(video).not.toContain('Pacific');
    const there = textOf(readMarkup(renderVisit({ ...visit, modality: 'in-person' })));
    expect(there).toContain('8:30 AM – 9:00 AM Pacific Time. On your own clock: 9:30 AM Mountain Time');
  });

  it('names the date on the patient’s own clock where it is another one', () => {
    const page = renderVisit({
      ...visit,
      modality: 'in-person',
      start: '2026-11-25T06:30:00Z',
      end: '2026-11-25T07:00:00Z',
      visitZone: 'America/Los_Angeles',
      patientZone: 'America/New_York',
    });
    expect(textOf(readMarkup(page))).toContain(
      'Tuesday, November 24 10:30 PM – 11:00 PM Pacific Time. On your own clock: Wed, Nov 25, 1:30 AM Eastern Time',
    );
  });

  it('does not ask to confirm what is confirmed or was just picked', () => {
    expect(buttons(visit)).toContain('Confirm this time');
    expect(buttons({ ...visit, isConfirmed: true })).not.toContain('Confirm this time');
    expect(buttons({ ...visit, outcome: 'moved' })).not.toContain('Confirm this time');
  });

  it('announces what became of the tap, with the new time', () => {
    const [status] = elementsOf(readMarkup(renderVisit({ ...visit, outcome: 'moved' }))).filter(
      ({ attributes }) => attributes.get('role') === 'status',
    );
    expect(textOf(status ?? readMarkup(''))).toContain('It is now on Tuesday, November 24 at 9:30 AM.');
  });

  it.each([
    ['confirmed', { ...visit, outcome: 'confirmed' }],
    ['moved', { ...closed, status: 'cancelled', outcome: 'moved' }],
    ['cancelled', { ...visit, outcome: 'cancelled' }],
  ] as const)('does not repeat "%s" from an old address when it is not so any more', (_, view) => {
    const page = readMarkup(renderVisit(view));
    expect(elementsOf(page).filter(({ attributes }) => attributes.get('role') === 'status')).toEqual([]);
  });

  it.each(['cancelled', 'arrived', 'fulfilled', 'noshow', 'booked'] as const)(
    'offers a call and nothing to change once the visit is closed (%s)',
    (status) => {
      const page = readMarkup(renderVisit({ ...closed, status }));
      expect(actionsOf(page)).toEqual(['stop-texts']);
      expect(textOf(page)).toContain('Call Lakeview');
    },
  );
});

describe('a visit the clinic cancelled', () => {
  it('says so and offers other times, each with one tap', () => {
    const page = readMarkup(renderVisit(calledOff));
    expect(textOf(page)).toContain('We had to cancel this visit');
    const [sent] = named(page, 'form');
    expect(actionsOf(page)).toEqual(['rebook', 'stop-texts']);
    expect(hiddenFields(sent ?? page)).toEqual({ action: 'rebook', rev: '7' });
    expect(named(sent ?? page, 'button').map(textOf)).toEqual([
      'Book Wednesday, November 25, 9:30 AM',
      'Book Wednesday, November 25, 2:15 PM',
      'Book Tuesday, December 1, 9:30 AM',
    ]);
  });

  it('shows the visit that stands in for it, and nothing to tap twice', () => {
    for (const outcome of ['rebooked', undefined] as const) {
      const page = readMarkup(renderVisit({ ...rebooked, outcome }));
      expect(actionsOf(page)).toEqual(['stop-texts']);
      expect(textOf(page)).toContain('Wednesday, November 25 9:30 AM – 10:00 AM Mountain Time');
      expect(textOf(page)).toContain('It stands in for the visit of Tuesday, November 24');
      expect(textOf(page)).not.toContain('Cancelled');
    }
  });

  it('says that a new one is booked only where it is', () => {
    expect(textOf(readMarkup(renderVisit({ ...rebooked, outcome: 'rebooked' })))).toContain('Your new visit is booked');
    expect(textOf(readMarkup(renderVisit({ ...calledOff, outcome: 'rebooked' })))).not.toContain('is booked');
  });
});

describe('a visit that is to be moved', () => {
  const page = readMarkup(renderVisit({ ...visit, isAskedToMove: true }));

  it('asks for another time before anything else, and not for a confirmation', () => {
    expect(textOf(page)).toContain('Please pick another time');
    const pressed = named(named(page, 'main')[0] ?? page, 'button', 'a').map(textOf);
    expect(pressed).not.toContain('Confirm this time');
    expect(pressed.indexOf('Move to Wednesday, November 25, 9:30 AM')).toBeLessThan(
      pressed.indexOf('Answer the questions'),
    );
  });
});

it('a visit of a series lists what else is booked, on the patient’s clock', () => {
  const starts = ['2026-12-01T16:30:00Z', '2026-12-08T16:30:00Z'];
  const page = readMarkup(renderVisit({ ...visit, seriesStarts: starts }));
  const list = elementsOf(page).find(({ attributes }) => attributes.get('class') === 'plain');
  expect(named(list ?? page, 'li').map(textOf)).toEqual([
    'Tuesday, December 1, 9:30 AM',
    'Tuesday, December 8, 9:30 AM',
  ]);
});

describe('texts to the number of the patient', () => {
  const cardOf = (view: VisitView): Element => {
    const page = readMarkup(renderVisit(view));
    const card = named(page, 'section').find(({ attributes }) => attributes.get('aria-labelledby') === 'texts-heading');
    return card ?? readMarkup('');
  };
  const shown = (changed: VisitView['texts']): string => textOf(cardOf({ ...visit, texts: changed }));

  it('go: the number by its last two digits, one button, and what it ends', () => {
    const card = cardOf(visit);
    expect(textOf(card)).toContain('Texts about your visits go to your number ending in 77.');
    expect(textOf(card)).toContain('You can stop all texts from us to that number');
    expect(named(card, 'form').map(hiddenFields)).toEqual([{ action: 'stop-texts', rev: '7' }]);
    expect(shown({ ...texts, stop: { wording: 'Stop texts', ends: 'category' } })).toContain(
      'You can stop texts about visits and care, and any advertising, to that number',
    );
  });

  it('were stopped: when, on the patient’s own clock, and how; the words to agree to stand above the button', () => {
    const card = cardOf({ ...visit, texts: stopped });
    expect(textOf(card)).toContain('They were stopped on November 21, 2026 by a text from that number.');
    const [sent] = named(card, 'form');
    expect(named(card, 'form')).toHaveLength(1);
    expect(hiddenFields(sent ?? card)).toEqual({ action: 'get-texts', rev: '7', wordingVersion: 'texts-1' });
    expect(textOf(sent ?? card)).toBe('I agree to <texts>. Get texts again');
  });

  it.each([
    ['stopped, by a link that was not texted', [], 'text START from that number to (206) 555-0188'],
    ['stopped, marketing goes on', ['stop-texts', 'get-texts'], 'on a page of ours'],
    ['on the list of the carrier', ['get-texts'], 'once in 30 days, next on December 5, 2026'],
    ['agreed to, on the list of the carrier', ['stop-texts'], 'Text START from it to (206) 555-0188 as well'],
    ['not wanted unencrypted', ['get-texts'], 'because they are not encrypted'],
    ['not agreed to', ['get-texts'], 'you have not agreed to them yet'],
    ['not arriving', ['stop-texts'], 'our last ones on November 20, 2026 did not arrive'],
  ])('%s', (name, actions, words) => {
    const card = cardOf({ ...visit, texts: refusals[name] ?? texts });
    expect(actionsOf(card)).toEqual(actions);
    expect(textOf(card).replaceAll('\u00a0', ' ')).toContain(words);
  });

  it('are promised only where they go', () => {
    for (const view of [{ ...visit, seriesStarts: [visit.start], outcome: 'moved' } as const, rebooked]) {
      expect(textOf(readMarkup(renderVisit(view)))).toMatch(/text you/);
      expect(textOf(readMarkup(renderVisit({ ...view, texts: stopped })))).not.toMatch(/text you/);
    }
  });

  it('an old address does not say again what is not so any more', () => {
    const statusOf = (view: VisitView) =>
      elementsOf(readMarkup(renderVisit(view))).some(({ attributes }) => attributes.get('role') === 'status');
    expect(statusOf({ ...visit, outcome: 'stopped' })).toBe(false);
    expect(statusOf({ ...visit, texts: stopped, outcome: 'agreed' })).toBe(false);
    expect(statusOf({ ...visit, texts: stopped, outcome: 'stopped' })).toBe(true);
    expect(statusOf({ ...visit, outcome: 'agreed' })).toBe(true);
  });
});

describe('an offer', () => {
  const page = readMarkup(renderOffer(offer));

  it('says until when it is kept, on the clock the visit is told by, and asks yes or no', () => {
    const words = textOf(named(page, 'main')[0] ?? page);
    expect(words).toMatch(/until 11:35\sAM Mountain Time/);
    expect(words).toMatch(/Tuesday, November 24.*9:30\sAM/);
    expect(named(page, 'form').map((sent) => [hiddenFields(sent).action, textOf(sent)])).toEqual([
      ['accept', 'Take this time'],
      ['decline', 'No, thank you'],
    ]);
  });

  it.each([
    ['accepted', 'You have a new visit', 'cancel it by its own link'],
    ['declined', 'Thank you for telling us', 'keep your place'],
    ['over', 'This offer is over', 'keep your place'],
    ['withdrawn', 'This offer is over', 'not on the waiting list any more'],
  ] as const)(
    'once %s it says so, leaves nothing to tap twice, and leads to the telephone',
    (standing, heading, next) => {
      const ended = readMarkup(renderOffer({ ...offer, standing }));
      expect(textOf(named(ended, 'h1')[0] ?? ended)).toBe(heading);
      expect(textOf(ended)).toContain(next);
      expect(named(ended, 'form', 'button')).toEqual([]);
      expect(named(ended, 'a').some(({ attributes }) => attributes.get('href') === `tel:${clinic.phone}`)).toBe(true);
    },
  );

  it('shows the time it is about only while it may become, or has become, theirs', () => {
    for (const standing of ['declined', 'over'] as const) {
      expect(textOf(readMarkup(renderOffer({ ...offer, standing })))).not.toContain('November 24');
    }
  });
});

describe('the form page', () => {
  it('puts each fault beside its field and in the summary, and keeps the other answers', () => {
    const page = readMarkup(renderForm(faulty));
    const invalid = elementsOf(page).filter(({ attributes }) => attributes.get('aria-invalid') === 'true');
    expect(invalid.map(({ attributes }) => attributes.get('aria-describedby'))).toEqual([
      'saddle-numbness-hint saddle-numbness-fault',
      'pain-now-fault',
      'limits-fault',
    ]);
    const [summary] = elementsOf(page).filter(({ attributes }) => attributes.get('role') === 'alert');
    expect(named(summary ?? page, 'a').map(({ attributes }) => attributes.get('href'))).toEqual([
      '#saddle-numbness-yes',
      '#pain-now-0',
      '#limits',
    ]);
    const checked = named(page, 'input').filter(({ attributes }) => attributes.has('checked'));
    expect(checked.map(({ attributes }) => attributes.get('id'))).toEqual(['pain-place-neck']);
  });

  it('answers an emergency at once: the advice stands in the question, marked for the style to show', () => {
    const page = readMarkup(renderForm(form));
    const urgent = named(page, 'input').filter(({ attributes }) => attributes.has('data-urgent'));
    expect(urgent.map(({ attributes }) => attributes.get('id'))).toEqual(['chest-yes']);
    const advice = elementsOf(page).filter(({ attributes }) => attributes.get('class') === 'urgent');
    expect(advice.map(textOf)).toEqual([
      'This can be an emergency. Call 911 or go to the nearest emergency department now. Do not wait for your visit.',
    ]);
  });

  it('emergency advice names 911 and says that a clinician was alerted; the crisis line only where it belongs', () => {
    const advice = (namesCrisisLine: boolean): string =>
      textOf(readMarkup(renderFormResult({ clinic, token, disposition: 'EMERGENCY', namesCrisisLine })));
    expect(advice(false)).toContain('Call 911, or go to the nearest emergency department.');
    expect(advice(false)).toContain('A clinician at Lakeview has been alerted');
    expect(advice(false)).not.toContain('988');
    expect(advice(true)).toContain('call or text 988');
  });
});

describe('failures', () => {
  it('an expired link leads to the clinic’s telephone, an unknown one to the text', () => {
    const expired = readMarkup(renderProblemPage({ code: 'link-expired', status: 410 }, clinic));
    expect(named(expired, 'a').map(({ attributes }) => attributes.get('href'))).toContain('tel:+12065550123');
    expect(textOf(readMarkup(renderProblemPage({ code: 'not-found', status: 404 })))).toContain('call your clinic');
  });
});

const luminance = (color: string): number => {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};

const contrast = (one: string, other: string): number => {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
};

describe.each([
  ['light', lightPalette],
  ['dark', darkPalette],
])('the %s palette', (_, palette: Palette) => {
  const texts: readonly (readonly [keyof Palette, keyof Palette])[] = [
    ['text', 'page'],
    ['text', 'surface'],
    ['mutedText', 'page'],
    ['mutedText', 'surface'],
    ['accent', 'page'],
    ['accent', 'surface'],
    ['onAccent', 'accent'],
    ['onAccentTint', 'accentTint'],
    ['danger', 'surface'],
    ['onDanger', 'danger'],
    ['onDangerTint', 'dangerTint'],
    ['onNoteTint', 'noteTint'],
  ];

  it.each(texts)('text %s on %s has a contrast of 4.5 (WCAG AA)', (text, surface) => {
    expect(contrast(palette[text], palette[surface])).toBeGreaterThanOrEqual(4.5);
  });

  it('edges of controls and the focus ring have a contrast of 3', () => {
    expect(contrast(palette.controlEdge, palette.surface)).toBeGreaterThanOrEqual(3);
    expect(contrast(palette.accent, palette.surface)).toBeGreaterThanOrEqual(3);
    expect(contrast(palette.danger, palette.surface)).toBeGreaterThanOrEqual(3);
  });
});
