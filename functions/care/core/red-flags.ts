import { foldClauses, PAUSE } from '../../platform/fold.ts';
import {
  DISPOSITIONS,
  RED_FLAG_RULE_SET,
  RED_FLAG_RULES,
  type RedFlagDisposition,
  type RedFlagGroup,
  type RedFlagRule,
} from './red-flag-rules.ts';

export { RED_FLAG_RULE_SET, type RedFlagDisposition, type RedFlagGroup } from './red-flag-rules.ts';

/** One rule that the text matched. Holds the rule's name and nothing of the patient's words. */
export interface RedFlag {
  readonly group: RedFlagGroup;
  readonly rule: string;
  readonly disposition: RedFlagDisposition;
}

/** What screening found. `disposition` is the most urgent of the flags, null when there is none. */
export interface RedFlagScreening {
  readonly ruleSet: string;
  readonly disposition: RedFlagDisposition | null;
  readonly flags: readonly RedFlag[];
}

/**
 * Screens a patient's free text, English or Spanish, for red flags of spine care. Recall comes before precision: a false alarm
 * costs a phone call. So a flag is cleared only when every match in the text is plainly negated ("no numbness, no fever") and
 * nothing in it turns the sentence ("but", "until", "except", a question mark); and no text ever lowers what another found: the most urgent rule wins.
 * It supports a clinician's review, it is not a diagnosis. Pure and deterministic; never throws.
 */
export const screenText = (text: string): RedFlagScreening => {
  const canonical = canonicalWords(foldClauses(text));
  const flags: RedFlag[] = [];
  // A question is answered by a human, whatever it denies.
  let isCleared = !TURNS.test(canonical) && !/[?？]/.test(text);
  for (const rule of RED_FLAG_RULES) {
    rule.pattern.lastIndex = 0;
    for (let match = rule.pattern.exec(canonical); match !== null; match = rule.pattern.exec(canonical)) {
      if (flags.at(-1)?.rule !== rule.rule) flags.push(flagOf(rule));
      isCleared &&= rule.canBeNegated && !match[0].includes(PAUSE) && isNegated(canonical, match.index);
      if (!isCleared) break;
      // A negated match may hide another that begins inside it: "no leg pain, calf swollen".
      rule.pattern.lastIndex = match.index + 1;
    }
  }
  if (isCleared || flags.length === 0) return { ruleSet: RED_FLAG_RULE_SET, disposition: null, flags: [] };
  return { ruleSet: RED_FLAG_RULE_SET, disposition: mostUrgent(flags), flags };
};

const flagOf = ({ group, rule, disposition }: RedFlagRule): RedFlag => ({ group, rule, disposition });

const mostUrgent = (flags: readonly RedFlag[]): RedFlagDisposition | null =>
  DISPOSITIONS.find((disposition) => flags.some((flag) => flag.disposition === disposition)) ?? null;

// Words after which a negation may not be the whole story.
const TURNS =
  /(?<![^ ])(?:but|except|until|yet|anymore|although|though|however|unless|just|only|now|before|like|such|than|since|started|starting|began|begun|worse|worsening|came|is|keeps|went|became|pero|excepto|aunque|hasta|salvo|todavia|ahora|ya no|antes|asi|como|desde|empezo|comenzo|peor|not no)(?![^ ])/;

// A negator, then only words that carry no finding of their own, then the match. A pause in between breaks it: "No, numbness ...".
const NEGATED_BEFORE =
  /(?<![^ ])(?:no|not|nor|without|zero|dont|didnt|doesnt|havent|hasnt|isnt|arent|wasnt|denies|deny|sin|ni|ningun|ninguna|tampoco)(?: (?:any|a|the|have|has|having|had|feel|feeling|get|got|getting|experience|experiencing|experienced|been|being|new|signs? of|my|tengo|tiene|siento|tenido|hay|el|la|los|las|mas|more|longer|problems? with|trouble with|issues? with|numbness|pain|tingling|fever|weakness|or|nor|ni|o|fiebre|dolor|chills)){0,6} $/;

const isNegated = (canonical: string, start: number): boolean => NEGATED_BEFORE.test(canonical.slice(0, start));

/** Ways to say that one cannot, each made one word, so that a rule need not list them. */
const PHRASES: ReadonlyArray<readonly [RegExp, string]> = [
  [
    /(?<![^ ])(?:can not|cannot|without (?:being )?able to|cant|cnt|caint|couldnt|could not|can t|couldn t|(?:am |im |i am |is |was |been |being |be |were |are )?(?:not able|unable|not been able) to|(?:have not|havent|hasnt|haven t|wasnt|wont be|not) (?:been )?able to|havent been able to)(?![^ ])/g,
    'cant',
  ],
  [/(?<![^ ])(?:do not|don t|dont|didnt|did not)(?= (?:feel|have|want|work|wanna))/g, 'dont'],
  [/(?<![^ ])(?:is not|isn t|are not|aren t)(?![^ ])/g, 'isnt'],
  [/(?<![^ ])(?:will not|won t|wouldnt|would not)(?![^ ])/g, 'wont'],
  [/(?<![^ ])(?:have not|haven t|has not)(?![^ ])/g, 'havent'],
  [
    /(?<![^ ])(?:no (?:puedo|puede|podia|pude|logro|consigo|he podido|e podido|puedo ni|pueo)|sin (?:poder|lograr|conseguir))(?![^ ])/g,
    'nopuedo',
  ],
  [
    /(?<![^ ])(?:no (?:me )?siento|no (?:me )?sentia|no (?:me )?sent[ií]|dejado de sentir|deje de sentir|nopuedo sentir)(?![^ ])/g,
    'nosiento',
  ],
  [/(?<![^ ])(?:i m|i am)(?![^ ])/g, 'im'],
  [/(?<![^ ])(?:it s|it is)(?![^ ])/g, 'its'],
  [/(?<![^ ])ki[l1]+ (?:my ?self|myslef|mysef)(?![^ ])/g, 'kill myself'],
  [/(?<![^ ])my self(?![^ ])/g, 'myself'],
  [/(?<![^ ])bowl(?= (?:control|movements?|incontinence|problems?|trouble|function|or bladder|and bladder))/g, 'bowel'],
];

/** Misspellings too short for the repair below, and words run together. */
const SHORT_SPELLINGS = new Map([
  ['chst', 'chest'],
  ['fel', 'feel'],
  ['feal', 'feel'],
  ['numm', 'numb'],
  ['numb3', 'numb'],
  ['lgs', 'legs'],
  ['breth', 'breath'],
  ['brethe', 'breathe'],
  ['leggs', 'legs'],
  ['groyne', 'groin'],
  ['backpain', 'back pain'],
  ['chestpain', 'chest pain'],
  ['footdrop', 'foot drop'],
]);

const NEEDS_PHRASES =
  /(?<![^ ])(?:can|cannot|cant|cnt|caint|could|couldnt|couldn|unable|able|not|don|dont|didnt|did|isn|aren|will|won|without|wouldnt|would|haven|havent|hasnt|no|sin|dejado|deje|i|it|ki[l1]+|my|bowl)(?![^ ])/;

const canonicalWords = (folded: string): string => {
  let canonical = folded.split(' ').map(repairedWord).join(' ');
  if (NEEDS_PHRASES.test(canonical))
    for (const [pattern, plain] of PHRASES) canonical = canonical.replace(pattern, plain);
  return canonical;
};

/**
 * The words whose misspelling would cost a flag. A token of five letters or more, not itself a word of this list or of the one
 * below, is repaired to a word one edit (insert, drop, change, swap) away that begins with the same letter.
 */
const VOCABULARY =
  'numbness tingling feeling sensation saddle groin genital genitals genitalia privates private crotch buttocks buttock bottom rectum testicles vagina penis scrotum perineum ' +
  'bladder bowel bowels urine urinate urinating urination peeing poop incontinent incontinence retention control toilet bathroom ' +
  'weakness weaker paralyzed paralysis dragging walk walking stand balance strength worse spreading suddenly sudden severe ' +
  'fever feverish chills shivering temperature incision infected infection swollen swelling redness ' +
  'chest breathe breath breathing breathless shortness pressure tightness fainted fainting passed unconscious seizure headache thunderclap ' +
  'cancer tumor chemotherapy metastatic accident ladder stairs motorcycle fractured fracture ' +
  'suicide suicidal suicidio overdose myself harming ambulance emergency ' +
  'adormecido adormecida adormecidas adormecidos adormecimiento entumecido entumecida entumecidas entumecidos dormida dormidas hormigueo entrepierna genitales nalgas vejiga orinar orina orine orino esfinter esfinteres ' +
  'incontinencia piernas pierna debilidad debiles debil caminar fiebre escalofrios pecho respirar aire cabeza cancer accidente matarme suicidarme morir morirme vivir pantorrilla hinchada hinchado caida escaleras repentino peor';

// Real words one edit from the vocabulary, and words that patients write all the time.
const NEVER_REPAIRED = new Set(
  (
    'chess cheat cheers crest brother breadth fewer fiver grown groan grain cancel cancels canceled cancelar cancele cancelo stairs stares ' +
    'passes posed based wearer waker wales talk walks walked stands standing band weeks weekly weekend worst worsen horse nurse purse ' +
    'strengths controls private feelings dealing feels heeling orange bottle bottoms bowls batteries letter latter lather matter ' +
    'pissed ore mover moria mirar vive viver vivo viven cada salida comida ayuda perna aires arte cabezas pesos reason poor pool pope poops pops urge ' +
    'sadly paddle sandal sudden sever several severed server served secure serve paper peeling seeing feeing bathrooms accidental accidentally ' +
    'evening evenings inflection tightens pressured breathes breaths charge chart cheap shores chores hours shorts breaking breakfast broth'
  ).split(' '),
);

const KNOWN = new Set(VOCABULARY.split(' '));

/** Every string one deletion away from a vocabulary word: two words one edit apart share one of these. */
const BY_DELETION = new Map<string, string[]>();
for (const word of KNOWN) {
  if (word.length < 5) continue;
  for (const key of deletions(word)) {
    const words = BY_DELETION.get(key);
    if (words === undefined) BY_DELETION.set(key, [word]);
    else words.push(word);
  }
}

function deletions(word: string): string[] {
  const keys = [word];
  for (let index = 0; index < word.length; index++) keys.push(word.slice(0, index) + word.slice(index + 1));
  return keys;
}

const MAX_WORD_LENGTH = 20;
const STRETCHED = /(.)\1{2,}/g;

const repairedWord = (token: string): string => {
  const short = SHORT_SPELLINGS.get(token);
  if (short !== undefined) return short;
  if (token === PAUSE || token.length < 4 || token.length > MAX_WORD_LENGTH || KNOWN.has(token)) return token;
  const word = token.replace(STRETCHED, '$1');
  if (word.length < 5 || KNOWN.has(word) || NEVER_REPAIRED.has(word)) return word;
  for (const key of deletions(word)) {
    for (const candidate of BY_DELETION.get(key) ?? []) {
      if (candidate[0] === word[0] && isOneEditApart(word, candidate)) return candidate;
    }
  }
  return word;
};

const isOneEditApart = (typed: string, meant: string): boolean => {
  if (Math.abs(typed.length - meant.length) > 1) return false;
  let start = 0;
  while (start < typed.length && typed[start] === meant[start]) start++;
  let end = 0;
  while (
    end < typed.length - start &&
    end < meant.length - start &&
    typed[typed.length - 1 - end] === meant[meant.length - 1 - end]
  ) {
    end++;
  }
  const typedCore = typed.slice(start, typed.length - end);
  const meantCore = meant.slice(start, meant.length - end);
  if (typedCore.length <= 1 && meantCore.length <= 1) return true;
  return (
    typedCore.length === 2 && meantCore.length === 2 && typedCore[0] === meantCore[1] && typedCore[1] === meantCore[0]
  );
};
