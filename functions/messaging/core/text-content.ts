import { foldWords } from '../../platform/fold.ts';
import { isOptOutKeyword, keywordForms, statementsOf } from './reply-words.ts';

/** What no text may hold, whoever wrote it. English and Spanish. */

/** With a space before and after, so that a word can be looked for as one. */
const folded = (words: string): string => ` ${foldWords(words)} `;

/** Hosts that anybody can hide behind, the best known of them: what is wrong with them is worth saying. */
const SHORTENER =
  /^(?:bit\.ly|bitly\.com|tinyurl\.com|goo\.gl|t\.co|ow\.ly|is\.gd|buff\.ly|rebrand\.ly|cutt\.ly|shorturl\.at|rb\.gy|t\.ly|lnkd\.in|tiny\.cc|v\.gd)$/;

/** Whether a link goes to a public shortener: carriers drop texts with them. */
export const isShortLink = (link: string): boolean => SHORTENER.test(hostOf(link) ?? '');

/** Top-level domains of countries (ISO 3166-1, with eu, su and uk), and those of anybody that are not words of a sentence. */
const COUNTRIES =
  'ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw';
const GENERIC =
  'com net org edu gov mil int info biz name pro mobi xyz online site shop store app dev page link click top club vip icu live life health clinic care doctor hospital cloud tech space website work works world today news blog email support center group agency media studio zone one ink fun';
const DOMAINS: ReadonlySet<string> = new Set(`${COUNTRIES} ${GENERIC}`.split(' '));

const ADDRESS =
  /\b[a-z][a-z0-9+.-]*:\/\/\S+|\bwww\.\S+|(?<![\p{L}\p{N}_-])[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)+(?::\d+)?(?:\/\S*)?/giu;
const HOURS = /\b[ap]\.m\.?/gi;
const JOINED = /^\p{Lu}\p{Ll}+$/u;

/**
 * What a telephone shows as a link: with a scheme, or a host with a path, or a host alone that ends in a domain there is. Two
 * sentences without a space between ("your visit.In case") are none.
 */
export const linksIn = (words: string): readonly string[] =>
  (words.replace(HOURS, ' ').match(ADDRESS) ?? []).filter(isLink);

const isLink = (address: string): boolean => {
  if (/:\/\/|^www\./i.test(address)) return true;
  const [host = '', ...path] = address.split(/[:/]/);
  const last = host.split('.').at(-1) ?? '';
  if (path.length > 0) return /^(?:\p{L}{2,}|xn--.+)$/u.test(last) || /^\d+(?:\.\d+){3}$/.test(host);
  return DOMAINS.has(last.toLowerCase()) && !JOINED.test(last);
};

/** The host of a link, or undefined where it has none that could be the clinic's. */
export const hostOf = (link: string): string | undefined => {
  const address = /:\/\//.test(link) ? link : `https://${link}`;
  return URL.canParse(address) ? new URL(address).hostname.replace(/\.$/, '') : undefined;
};

/**
 * Whether it invites to answer with a word that carriers and the FCC read as an opt-out (47 CFR 64.1200(a)(10)): "C to confirm, CANCEL
 * to cancel". Who does as told hears no more, and the visit stands. Looked for are the words that `classify` reads so: anywhere in
 * capitals, as what to answer with in any. STOP is meant so, and is not to be offered for a visit.
 */
export const asksForOptOutWord = (words: string): boolean =>
  STOPS_A_VISIT.test(folded(words)) ||
  [...words.normalize('NFKC').matchAll(CAPITALS)].some(([run]) => pairsOf(run).some(isOptOutWord)) ||
  statementsOf(words).some(asksToAnswerIt);

const STOPS_A_VISIT =
  / stop (?:to|para) (?:cancel\w*|move|change|reschedule|confirm\w*|mover|cambiar|reagendar|reprogramar) (?!(?:the |these |this |our |all |los |las |estos |todos los )?(?:texts?|messages?|sms|alerts?|reminders?|textos?|mensajes?|alertas?|recordatorios?) )/;

const CAPITALS = /(?<![\p{L}%]|% )\p{Lu}{2,}(?:[ -]\p{Lu}{2,})*(?!\p{L})/gu;

/** STOP means what it says, and "para" is a preposition before all. */
const isOptOutWord = (word: string): boolean =>
  !/(?:^| )stop|^para(?: |$)/.test(word) && isOptOutKeyword(keywordForms(word));

/** Each word, and each two that follow each other, folded. */
const pairsOf = (words: string): readonly string[] => {
  const all = foldWords(words).split(' ');
  return [...all, ...all.slice(1).map((word, index) => `${all[index]} ${word}`)];
};

const ANSWERS = new Set(
  'reply,text,txt,send,write,type,answer,respond,press,enter,responda,responde,escriba,escribe,envie,envia,mande,manda,conteste,contesta,oprima,presione,pulse,marque'.split(
    ',',
  ),
);
/** What may stand between, and what an alternative begins and goes on with. */
const BEFORE = new Set([...ANSWERS, ...'with,back,us,con,nos,word,palabra'.split(',')]);
const OR = new Set(['or', 'and', 'o', 'u', 'y']);
const PURPOSE = new Set(['to', 'para']);
const AFTER = new Set([...OR, ...PURPOSE, 'if', 'for', 'si']);

const asksToAnswerIt = (statement: string): boolean => {
  const all = foldWords(statement).split(' ');
  const verb = all.findIndex((word) => ANSWERS.has(word));
  if (verb < 0) return false;
  const isObject = (at: number, length: number): boolean => {
    const [before = '', after] = [all[at - 1], all[at + length]];
    // "R to move or cancel" is about what R does.
    const isLast = after === undefined && !PURPOSE.has(all[at - 3] ?? '');
    return BEFORE.has(before) || (OR.has(before) && (isLast || AFTER.has(after ?? '')));
  };
  return all.some(
    (word, at) =>
      at > verb &&
      ((isObject(at, 1) && isOptOutWord(word)) || (isObject(at, 2) && isOptOutWord(`${word} ${all[at + 1] ?? ''}`))),
  );
};

const PROMOTES =
  / (?:discounts?|coupons?|promo|promotions?|special offer|limited time|gift card|sale|descuentos?|cupon|promocion|oferta especial|gratis) |\d\s?%\s?(?:off|menos)/;

/** Whether it turns a text of treatment into marketing, which needs a written agreement of its own. */
export const promotes = (words: string): boolean => PROMOTES.test(folded(words)) || PROMOTES.test(words);
