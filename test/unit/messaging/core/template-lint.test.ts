import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isSound,
  type LintContext,
  lintTemplate,
  tokensFor,
} from '../../../../functions/messaging/core/template-lint.ts';
import {
  builtInWords,
  LANGUAGES,
  TEMPLATE_NAMES,
  type TemplateName,
} from '../../../../functions/messaging/core/templates.ts';

const context: LintContext = {
  clinicPhone: '+13035550100',
  publicUrl: 'https://visits.lakeview.example',
  slug: 'lakeview-spine',
  pricePerPartMicros: 10_310,
};
const lint = (name: TemplateName, words: string) => lintTemplate(name, words, context);
const codes = (name: TemplateName, words: string) =>
  lint(name, words).findings.map(({ level, code }) => `${level} ${code}`);

const errors = (name: TemplateName, words: string) => codes(name, words).filter((code) => code.startsWith('error'));

describe('lintTemplate', () => {
  it.each(LANGUAGES.flatMap((language) => TEMPLATE_NAMES.map((name) => [name, language] as const)))(
    'has nothing against the built-in words of %s (%s), one part each',
    (name, language) => {
      const words = builtInWords(name, language);
      const own = { ...context, publicUrl: 'https://visit.example.com' };
      expect(lintTemplate(name, words, own)).toEqual({
        words,
        findings: [],
        encoding: 'GSM-7',
        segments: 1,
        priceMicros: 10_310,
      });
    },
  );

  const reminder = '{clinicName}: visit {time}. Reply C.';

  it.each<readonly [string, TemplateName, string, string]>([
    ['a token no text has', 'reminder-24h', `${reminder} {weather}`, 'error unknown-token'],
    ['a token this text does not have', 'reminder-24h', `${reminder} {code}`, 'error unknown-token'],
    ["a patient's name", 'reminder-24h', `{patientName}, ${reminder}`, 'error phi-token'],
    ['a birth date', 'reminder-24h', `${reminder} {birthDate}`, 'error phi-token'],
    ['a brace left open', 'reminder-24h', `${reminder} {`, 'error stray-brace'],
    ['no time', 'reminder-24h', '{clinicName}: see you. Reply C to confirm. {link}', 'error missing-token'],
    ['no code', 'phone-code', '{clinicName}: here is your code.', 'error missing-token'],
    ['nothing to answer by', 'reminder-24h', '{clinicName}: see you {time}. {link}', 'error missing-words'],
    ['no scale', 'check-in-48h', '{clinicName}: how bad is the pain, from 0? STOP to stop.', 'error missing-words'],
    [
      'no 911 where it is an emergency',
      'reply-red-flag',
      '{clinicName}: a clinician calls. {phone}',
      'error missing-words',
    ],
    ['the reason of a visit', 'reminder-24h', `${reminder} For your back pain.`, 'error tells-of-care'],
    ['it in Spanish', 'reminder-24h', `${reminder} Su cirugia.`, 'error tells-of-care'],
    ['a diagnosis in capitals', 'reminder-24h', `${reminder} SCIATICA`, 'error tells-of-care'],
    ['a public short link', 'reminder-24h', `${reminder} https://bit.ly/abc`, 'error link-shortener'],
    ['a link elsewhere', 'reminder-24h', `${reminder} https://example.com/x`, 'error foreign-link'],
    ['a bare name of a site', 'reminder-24h', `${reminder} see lakeview-clinic.com`, 'error foreign-link'],
    [
      'a site that only begins like ours',
      'reminder-24h',
      `${reminder} https://visits.lakeview.example.evil.com/x`,
      'error foreign-link',
    ],
    ['another telephone number', 'reminder-24h', `${reminder} Call (212) 555-0199`, 'error foreign-phone'],
    ['reply CANCEL', 'reminder-24h', `${reminder} Reply CANCEL to cancel.`, 'error opt-out-word'],
    ['it in Spanish', 'reminder-24h', `${reminder} Responda CANCELAR.`, 'error opt-out-word'],
    ['no clinic in a first text', 'confirmation', "You're booked {time}. {link} Reply STOP to stop.", 'error no-brand'],
    ['no clinic in a later one', 'reminder-24h', 'Visit {time}. Reply C to confirm. {link}', 'warning no-brand'],
    ['no way out in a first text', 'confirmation', '{clinicName}: booked {time}. {link}', 'error no-opt-out'],
    ['no way out of a programme', 'exercise-week', '{clinicName}: days of exercise, 0-7?', 'warning no-opt-out'],
    ['marketing that nobody can end', 'recall', '{clinicName}: time for a visit? {link}', 'error no-opt-out'],
    ['marketing of nobody', 'recall', 'Time for a visit? {link} Reply STOP to stop.', 'error no-brand'],
    ['nowhere to book', 'recall', '{clinicName}: time for a visit? STOP to stop.', 'error missing-token'],
    ['the last visit', 'recall', '{clinicName}: you came {time}. {link} STOP to stop.', 'error unknown-token'],
    ['an offer', 'reminder-24h', `${reminder} 20% off`, 'warning marketing'],
    ['no 911 where somebody may be in need', 'reply-unknown', '{clinicName}: thank you.', 'warning no-911'],
  ])('finds %s', (_, name, words, expected) => {
    expect(codes(name, words)).toEqual([expected]);
  });

  it.each([
    'Reply C to confirm or CANCEL to cancel.',
    'Reply C or CANCEL.',
    'C = confirm, CANCEL = cancel',
    'To cancel, text us CANCEL',
    'Press C or END',
    'Responda C o CANCELAR',
    'Reply C. STOP to cancel your visit.',
    'Responda C. STOP para cancelar su cita.',
    'C to confirm. OPT OUT to be left alone',
    'Reply C, or REVOKE',
    'Reply c or cancel',
    'reply C to confirm or cancel to cancel',
    'Reply C or "Cancel" if you cannot come.',
    'Text us quit',
    'Escriba C o con la palabra fin',
    'Reply C or opt out',
    'Please reply with end. C',
    'C or ＣＡＮＣＥＬ',
  ])('does not let a text ask for a word that ends all texts: %s', (words) => {
    expect(errors('reminder-24h', `{clinicName}: {time}. C. ${words}`)).toEqual(['error opt-out-word']);
  });

  it.each([
    'Reply C. To cancel your visit call us.',
    'Reply C or call us to cancel: {phone}',
    'Reply C to confirm or cancel online: {link}',
    'Reply C. At the end of your visit we text you.',
    'Reply C. STOP to stop.',
    'REPLY C. TEXT STOP TO STOP, OR STOPALL.',
    'Responda C. STOP para salir.',
    'Responda C para confirmar o llame para cancelar.',
    'Responda C. STOP para cancelar los mensajes.',
    'Reply STOP to cancel these texts. C',
    'Reply R to move or cancel. C',
    'Escriba C para cambiar o cancelar.',
    'Reply C. Your visit ends at five; parking is at PALM AND FIFTH.',
  ])('lets words be that only speak of it: %s', (words) => {
    expect(errors('reminder-24h', `{clinicName}: {time}. C. ${words}`)).toEqual([]);
  });

  it.each(
    'soo.gd/x s.id/x dub.sh/x amzn.to/x bit.do tiny.one/x gg.gg/x shorte.st bl.ink short.gy/x kutt.it/x qr.ae/x youtu.be/x evil.xyz/a EVIL.DEV/login Evil.Xyz/a evil.ai plumbline.example.evil.xyz visits.lakeview.example.evil.xyz ftp://evil/x https://visits.lakeview.example@evil.xyz https://visits.lakeview.example:443@evil.xyz/x evil.whatever/x 192.0.2.7/x front@evil.health xn--e1afmkfd.xn--p1ai/x'.split(
      ' ',
    ),
  )('finds that a link goes elsewhere: %s', (link) => {
    expect(errors('reminder-24h', `${reminder} ${link}`)).toContain('error foreign-link');
  });

  it.each([
    'We are open 8 a.m. to 5 p.m. Monday to Fri.',
    'from 8 a.m.to 5 p.m.on weekdays',
    'Dr.Smith and Dr. Jones',
    'See you at your visit.Please be early.In case, call',
    'Room 2.B, e.g. by the stairs, i.e. left; and/or right 24/7, 1.5/2',
    'https://visits.lakeview.example/map, VISITS.lakeview.example/map. https://visits.lakeview.example.',
  ])('finds no link of elsewhere in: %s', (words) => {
    expect(errors('reminder-24h', `${reminder} ${words}`)).toEqual([]);
  });

  it.each(
    'slipped disc,bulging disk,herniated disc,degenerative disc,fusion,cervical,lumbago,lumbar,sciatic,whiplash,incontinence,numbness,chronic pain,oncology,lab results,naloxone,Naloxona,therapy,fisioterapia,quimioterapia,dolor crónico,ciática'.split(
      ',',
    ),
  )('finds that it tells of care: %s', (what) => {
    expect(errors('reminder-24h', `${reminder} Your ${what}.`)).toEqual(['error tells-of-care']);
  });

  it.each(['your number', 'a lumber yard', 'bring your disk', 'the discount of time'])(
    'does not find it in: %s',
    (what) => {
      expect(errors('reminder-24h', `${reminder} Your ${what}.`)).not.toContain('error tells-of-care');
    },
  );

  it.each(['\u200b', ' \u00a0\u2060 ', '\u3164', '\u2800\ufe0f'])('finds that nothing of %j can be seen', (words) => {
    expect(codes('reply-unknown', words)).toContain('error empty');
    expect(codes('reply-unknown', `${words}{phone}`)).not.toContain('error empty');
  });

  it("names the token, and those the text has, and never the clinic's other words", () => {
    const [finding] = lint('reply-help', '{clinicName} {phone} {weather} secret. STOP').findings;
    expect(finding?.message).toBe('There is no {weather}. This text has {clinicName}, {phone}');
  });

  it("takes the clinic's own number, its own link, 911 and 988", () => {
    expect(codes('reminder-24h', `${reminder} (303) 555-0100, 911, 988`)).toEqual([]);
    expect(codes('reply-confirmed', '{clinicName}: {time}. https://visits.lakeview.example/map')).toEqual([]);
  });

  it('writes what a word processor put in as a telephone does, and says so', () => {
    const { words, findings } = lint('reply-confirmed', '{clinicName}: you’re set – {time}…');
    expect(words).toBe("{clinicName}: you're set - {time}...");
    expect(findings).toEqual([
      {
        level: 'warning',
        code: 'transliterated',
        message: "Written as a telephone writes it: ’ as ', – as -, … as ...",
      },
    ]);
  });

  it('takes an offer in what goes only to who agreed to marketing', () => {
    expect(codes('recall', '{clinicName}: 20% off this week. {link} Reply STOP to stop.')).toEqual([]);
  });

  it('shows what more than one part costs', () => {
    const { segments, priceMicros, findings } = lint('reply-confirmed', `{clinicName}: {time} ${'a'.repeat(120)}`);
    expect([segments, priceMicros]).toEqual([2, 20_620]);
    expect(findings.map(({ message }) => message)).toEqual([
      'Up to 2 parts, 0.0206 dollars a text; one part is the aim',
    ]);
    expect(codes('reply-confirmed', `{clinicName}: {time} ${'a'.repeat(1600)}`)).toEqual([
      'warning several-parts',
      'error too-long',
    ]);
  });

  it("counts the link that the clinic's texts have: without a domain of its own it takes a second part", () => {
    const publicUrl = 'https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com';
    const words = builtInWords('reminder-72h', 'en');
    expect(lintTemplate('reminder-72h', words, { ...context, publicUrl })).toMatchObject({
      segments: 2,
      priceMicros: 20_620,
      findings: [{ code: 'several-parts' }],
    });
    const recall = builtInWords('recall', 'en');
    const ofSlug = (slug: string) =>
      lintTemplate('recall', recall, { ...context, publicUrl: 'https://visits.lakeview-spine.example', slug });
    expect([ofSlug('s'.repeat(40)).segments, ofSlug('s'.repeat(10)).segments]).toEqual([2, 1]);
  });

  it('says what an emoji does', () => {
    const { encoding, segments, findings } = lint('reply-confirmed', '{clinicName}: {time} 👍');
    expect([encoding, segments]).toEqual(['UCS-2', 1]);
    expect(findings.map(({ code }) => code)).toEqual(['ucs-2']);
  });

  it('reads anything, the same twice, and what it lets through only says what its subject has', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('{clinicName}', '{time}', '{patientName}', '{', '}', 'STOP', 'C', ' reply ', 'CANCEL', '’'),
    );
    const anyWords = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(fc.constantFrom(...TEMPLATE_NAMES), anyWords, (name, words) => {
        const first = lint(name, words);
        const again = lint(name, first.words);
        expect(again.words).toBe(first.words);
        expect(again.findings.filter(({ level }) => level === 'error')).toEqual(
          first.findings.filter(({ level }) => level === 'error'),
        );
        if (!isSound(first)) return;
        for (const [, token = ''] of first.words.matchAll(/\{(\w*)\}/g)) expect(tokensFor(name)).toContain(token);
      }),
      { numRuns: 1000 },
    );
  });
});
