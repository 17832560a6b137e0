import { PAUSE } from '../../platform/fold.ts';
import { phraseReplacer } from '../../platform/phrase-index.ts';

/** Ways to say that one cannot, each made one word, so that a rule need not list them. */
const PHRASES: ReadonlyArray<readonly [RegExp, string]> = [
  // What only sounds like a finding.
  [/(?<![^ ])(?:slept|sleep|sleeping|sleeps) like the dead(?![^ ])/g, 'slept well'],
  [
    /(?<![^ ])me (?:quede|quedo|quedaba|he quedado) dormid[oa](?![^ ])(?! (?:el|la|los|las|mi|todo|toda|de) )/g,
    'dormi',
  ],
  [/(?<![^ ])ya no se me (?:adormecen?|duermen?|entumecen?|entumen?)(?![^ ])/g, 'mejor'],
  [
    /(?<![^ ])(?:dead|jello|noodles) (?:from|after) (?:leg day|the gym|practice|training|(?:my|the|that) workout|squats)(?![^ ])/g,
    'tired',
  ],
  [/(?<![^ ])(?:brain|mind) (?:is |feels |went |goes )(?:so |all )?numb(?![^ ])/g, 'tired'],
  [
    /(?<![^ ])hold (?:a|the|that|this|my) (?:plank|pose|bridge|stretch|squat|note|conversation|grudge)(?![^ ])/g,
    'plank',
  ],
  [
    /(?<![^ ])(?:can no longer|(?:inability|not the ability|no ability|impossible(?: for me)?) to|no longer can|(?:no longer|longer) able to|never able to|cant hardly|can not|cannot|without (?:being )?able to|cant|cnt|caint|couldnt|could not|can t|couldn t|(?:am |im |i am |is |was |been |being |be |were |are )?(?:not able|unable|not been able) to|(?:have not|havent|hasnt|haven t|wasnt|wont be|not) (?:been )?able to|havent been able to)(?![^ ])/g,
    'cant',
  ],
  [/(?<![^ ])(?:do not|don t|dont|didnt|did not)(?= (?:feel|have|want|work|wanna))/g, 'dont'],
  [/(?<![^ ])(?:is not|isn t|are not|aren t)(?![^ ])/g, 'isnt'],
  [/(?<![^ ])(?:will not|won t|wouldnt|would not)(?![^ ])/g, 'wont'],
  [/(?<![^ ])(?:have not|haven t|has not)(?![^ ])/g, 'havent'],
  [
    /(?<![^ ])(?:(?:no|ni)(?: (?:me|se|lo|la|le))? (?:puedo|puede|podia|pude|logro|consigo|he podido|e podido|puedo ni|pueo)|sin (?:poder|lograr|conseguir))(?![^ ])/g,
    'nopuedo',
  ],
  [
    /(?<![^ ])(?:no (?:me )?siento|no (?:me )?sentia|no (?:me )?sent[ií]|no (?:se |le |me )*(?:siente|sienten|sintio|sintieron|sienta)|dejado de sentir|deje de sentir|nopuedo sentir)(?! (?:muy |tan |nada )?(?:bien|mejor|comod[oa]|segur[oa]|list[oa]))(?![^ ])/g,
    'nosiento',
  ],
  [
    /(?<![^ ])(?:thermometer|termometro|(?:body )?temp(?:erature)?|temperatura|fiebre|running|ran|registered|reading|got)(?: (?:is|of|at|was|says|said|read|reads|shows|showed|marca|dice|a|temp|over|above|around|about|like|de|en|up|to))* (?:10[0-6]|3[89]|40)(?: \| \d+)?(?! (?:minutes|min|percent|miles|dollars|am|pm|reps))(?![^ ])/g,
    'fever',
  ],
  [
    /(?<![^ ])(?:10[0-6]|39|40)(?: \| \d+)? (?:degrees?|f|temp|temperature|on (?:the|my) thermometer|de (?:fiebre|temperatura|calentura))(?![^ ])/g,
    'fever',
  ],
  [/(?<![^ ])(?:i m|i am)(?![^ ])/g, 'im'],
  [/(?<![^ ])(?:it s|it is)(?![^ ])/g, 'its'],
  [/(?<![^ ])ki[l1]+ (?:my ?self|myslef|mysef)(?![^ ])/g, 'kill myself'],
  [/(?<![^ ])my self(?![^ ])/g, 'myself'],
  [/(?<![^ ])bowl(?= (?:control|movements?|incontinence|problems?|trouble|function|or bladder|and bladder))/g, 'bowel'],
];

const withPlainPhrases = phraseReplacer(PHRASES);

/** Misspellings too short for the repair below, and words run together. */
const SHORT_SPELLINGS = new Map([
  ['chst', 'chest'],
  ['fel', 'feel'],
  ['feal', 'feel'],
  ['numm', 'numb'],
  ['numb3', 'numb'],
  ['numnb', 'numb'],
  ['lgs', 'legs'],
  ['breth', 'breath'],
  ['brethe', 'breathe'],
  ['leggs', 'legs'],
  ['groyne', 'groin'],
  ['backpain', 'back pain'],
  ['chestpain', 'chest pain'],
  ['footdrop', 'foot drop'],
  ['pian', 'pain'],
  ['pani', 'pain'],
  ['paiin', 'pain'],
  ['ches', 'chest'],
  ['nubm', 'numb'],
  ['nmb', 'numb'],
  ['weeak', 'weak'],
  ['wek', 'weak'],
  ['kant', 'cant'],
  ['canot', 'cant'],
  ['cantt', 'cant'],
  ['temps', 'temp'],
  ['ciento', 'siento'],
  ['hize', 'hice'],
  ['ize', 'hice'],
  ['mober', 'mover'],
  ['bazo', 'brazo'],
  ['bejiga', 'vejiga'],
  ['vegiga', 'vejiga'],
  ['orinarr', 'orinar'],
  ['horinar', 'orinar'],
  ['aser', 'hacer'],
  ['nopuedo', 'no puedo'],
  ['nosiento', 'no siento'],
  ['bowles', 'bowels'],
  ['pood', 'pooped'],
]);

/** The words of a text with its misspellings repaired and its ways of saying "cannot" made one. */
export const canonicalWords = (typed: readonly string[]): readonly string[] => {
  const words = typed.map(repairedWord);
  // Words run together are repaired to two.
  return withPlainPhrases(words.some((word) => word.includes(' ')) ? words.join(' ').split(' ') : words);
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
    'wreak evening evenings inflection tightens pressured breathes breaths charge chart cheap shores chores hours shorts breaking breakfast broth injection injections injected inject'
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

/** People use the same few thousand words: each is looked at once. */
const repaired = new Map<string, string>();
const mostRepaired = 4_000;

const repairedWord = (token: string): string => {
  const known = repaired.get(token);
  if (known !== undefined) return known;
  const word = repair(token);
  if (repaired.size >= mostRepaired) repaired.clear();
  if (token.length <= MAX_WORD_LENGTH) repaired.set(token, word);
  return word;
};

const repair = (token: string): string => {
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
