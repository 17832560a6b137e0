import { foldClauses, foldWords } from '../../platform/fold.ts';
import { isOneOf, phrases, wordList } from './reply-words.ts';
import { DAY } from './visit-wish-words.ts';

/** The words of somebody who will come: a bare yes, and whole sentences that say nothing else, English and Spanish, folded. */

/** A yes, as the whole message (politeness aside). `si` is Spanish yes here; inside a sentence it may be "if". */
const CONFIRM_WORDS = wordList(
  'c, cc, ccc, y, ye, yes, yess, yesss, yea, yeah, yep, yup, yas, ya, yah, yes c, c yes, yes confirm, yes i confirm, yes confirmed, yes sir, yes maam, yes i will, yes i can, yes i am, yes we will, yes i do, yes ill be there, yes it is, yes that works, yes works, yes sounds good, yes thats fine, yes im coming, yes coming, yes see you then, yes see you there, yes see you, yes see u then, yes perfect, yes of course, yes ok, ok yes, ' +
    'si, sii, sip, simon, s, si confirmo, si confirmado, si claro, si ahi estare, si alli estare, si voy, si ire, si asistire, si senor, si senora, si esta bien, si perfecto, si c, claro, claro que si, por supuesto, de acuerdo, vale, listo, lista, dale, correcto, perfecto, esta bien, ahi estare, alli estare, ahi nos vemos, alli nos vemos, nos vemos, ahi estaremos, voy, asistire, ahi voy a estar, confirmo, confirmado, confirmada, confirmar, confirmo mi cita, confirmo la cita, confirmo asistencia, cita confirmada, quiero confirmar, ' +
    'ok, okay, okey, oki, k, kk, okk, okay c, ok c, ok i will be there, ok see you then, ok ill be there, ok sounds good, ok perfect, ok confirm, ok confirmed, okay see you then, confirm, confirmed, confirming, confirms, i confirm, i do confirm, i am confirming, confirm appointment, confirm my appointment, confirm the appointment, confirming my appointment, i confirm my appointment, i confirm the appointment, appointment confirmed, confimed, confirmd, comfirm, comfirmed, conferm, cofirm, confrim, confrm, ' +
    'ill be there, i will be there, well be there, we will be there, be there, will be there, see you then, see you there, see you, see u then, see u there, see ya, see you soon, see you tomorrow, see you tuesday, see you monday, see you wednesday, see you thursday, see you friday, coming, im coming, i will come, ill come, i can make it, i can come, i will attend, ill be in, sure, sure thing, sure will, absolutely, definitely, of course, sounds good, sounds great, works, works for me, that works, that works for me, perfect, great, correct, affirmative, yessir, you bet, roger, will do, good, great see you then, great thanks, 1, one, uno, 1 confirm, 1 yes',
);

const BARE_C = wordList(
  'c, cc, c confirm, c confirmed, confirm c, confirm, confirmed, i confirm, confirming, confirm my appointment, confirm appointment, confirm the appointment, i confirm my appointment, i confirm the appointment, appointment confirmed, confirming my appointment, confirmo, confirmado, confirmada, confirmo mi cita, confirmo la cita, si confirmo, yes confirm, yes i confirm, yes confirmed',
);

const THUMBS = new Set(['👍', '👌', '✅', '✔', '☑', '🆗', '🙌', '💯']);
const SKIN_OR_STYLE = /[\u{1f3fb}-\u{1f3ff}\ufe0f\s.!]/gu;

/** True for a message that is nothing but a yes; "yes?" asks back. */
export const isConfirmation = (forms: readonly string[], raw: string): boolean =>
  (isOneOf(CONFIRM_WORDS, forms) && !raw.includes('?')) || isThumb(raw);

const isThumb = (raw: string): boolean => {
  if (raw.length > 24) return false;
  const symbols = [...raw.replace(SKIN_OR_STYLE, '')];
  return symbols.length > 0 && symbols.every((symbol) => THUMBS.has(symbol));
};

const BESIDE =
  'wife|husband|hubby|spouse|partner|(?:step ?)?(?:son|daughter|mom|mother|dad|father)|sons|daughters|mum|mama|papa|sister|brother|aunt|uncle|grand(?:ma|pa|mother|father|son|daughter)|kids?|boys?|girls?|child(?:ren)?|baby|family|friend|neighbou?r|caregiver|aide|espos[oa]|marido|hij[oa]s?|herman[oa]|ti[oa]|abuelit[oa]|abuel[oa]|niet[oa]|nin[oa]s?|bebe|familia|amig[oa]|vecin[oa]|cunad[oa]|suegr[oa]';
/** Who comes, or who brings them. */
const RELATIVE = `(?:(?:my|our|his|her|the|both|mi|mis|nuestr[oa]) )*(?:${BESIDE})`;
const WHO = `(?:(?:i|we|he|she|they|ill|well|hell|shell|theyll|im|were|hes|shes|theyre|u|you|both of us|both(?= (?:will|can|are|am|is|do|be|b|coming|come|plan|planning|gonna|going|attend|attending|def|definitely|still) )|all|yes|and|y|${RELATIVE}) )*`;
const MONTH =
  '(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec|ene|abr|ago|dic)(?:uary|ruary|ch|il|e|y|ust|tember|ober|ember|ro|rero|zo|yo|io|osto|iembre|tubre|viembre|ciembre)?';
const WHEN = `(?:(?:at|on|by|for|to|this|next|my|our|his|her|the|around|a|las?|el|de|del|en|para|mi) )*(?:${DAY}|then|entonces|noon|mediodia|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|una|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|morning|afternoon|evening|(?:de|por|en) la (?:tarde|manana)|week|${MONTH}|\\d{1,2}(?:st|nd|rd|th)|\\d{1,2} de ${MONTH}|\\d{1,4}(?: \\d\\d)?(?: ?(?:am|pm|a m|p m|oclock))?(?: en punto)?)`;
const VISIT_NAMED =
  'appointments?|appt|apt|visit|sessions?|pt|(?:physical )?therapy|physio|check ?up|follow up|eval(?:uation)?|citas?|visita|consulta|sesion|(?:fisio)?terapia';
const WHAT = `(?:(?:(?:for|to|at|in|en|on|my|the|our|this|her|his|a|mi|la|su|nuestra|as|de|del|con|with|(?:${BESIDE})s) )*(?:${VISIT_NAMED}|appointment time|scheduled|planned|asistencia|person|clinic|office|(?:dr|dra|doctora?) \\S+|el doctor|the (?:doctor|therapist))|(?:for|para) (?:both )?(?:me|us|him|her|them|nosotros)(?: (?:and|y) ${RELATIVE})?|(?:for|of|with|de|para|con) ${RELATIVE})`;
const YES =
  '(?:c|cc|ccc|y|ye|yes+|yea+|yeah|yep|yup|yas|yah|ya(?= (?:ill|i|im|well|we|see|that) )|yessir|si+(?! dios )|sip|simon|ok|okay|okey|oki|k|kk|sure|confirm|confirmed|confirming|confirmo|confirmamos|confirmad[oa]|claro|absolutely|definitely|certainly|affirmative|correct|correcto|perfect|perfecto|great|excellent|excelente|awesome|wonderful|super|vale|listo|lista|dale)';
const THERE = '(?:there|their|theyre|ther|here|in|present|on time)';
/** Says in a sentence that the visit stands. */
const WILL_COME = [
  `${WHO}(?:(?:will|can|am|are|is|do|gonna|going to|plan to|planning to|planning on|plan on|definitely|still|surely|def|for sure|also|both|be able to|happy to|intend to|shall) )*(?:(?:b|be|being) ${THERE}|(?:plan|planning) on it|(?:be )?mak(?:e|ing) it|com(?:e|ing)(?: in)?|(?:be )?attend(?:ing)?|arriv(?:e|ing)|keep(?:ing)? (?:it|the|my) ?(?:appointment|appt|visit)?|see(?:ing)? (?:you (?:all|guys|both)|you|u|ya|yall|the doctor|everyone|dr \\S+))`,
  `(?:see|c) ?(?:you (?:all|guys|both)|you|u|ya|yall|everyone)|be there|${WHO}(?:(?:do|just|want to|would like to|like to|wanted to|wish to|calling to|writing to|texting to) )*(?:confirm|comfirm|confrim)(?:ed|ing)?`,
  '(?:i |we )?(?:wouldnt|would not|wont|will not) miss it(?: for (?:the world|anything))?|(?:im |were )?(?:already )?on (?:my|our|the) way|omw|(?:im |were )?head(?:ing|ed) (?:over|there|in)|count (?:me|us|him|her) in|(?:i |we )?(?:have|got) (?:it|that|this) (?:down |marked )?(?:on|in) (?:my|the|our) calendar',
  `(?:yo )?(?:(?:ahi|alli|alla|aqui) )?(?:estare(?:mos)?|estoy|and(?:o|amos|are|aremos)|lleg(?:o|amos|are|aremos)|cuente[ns]? con(?:migo| nosotros)|voy(?: a (?:estar|ir|asistir|llegar))?|vamos(?: a (?:estar|ir))?|nos vemos|l[oae]s? (?:veo|vemos)|ire(?:mos)?|asistire(?:mos)?|llegare(?:mos)?|acudire|(?:quiero |quisiera )?confirm(?:o|amos|ar))(?: (?:ahi|alli|alla|sin falta|puntual(?:es)?|a tiempo))*`,
].join('|');
/** Who drives and what is brought along. */
const BRINGS = [
  `(?:${WHO}(?:(?:is|are|will|will be|gonna|going to) )*|im |ill |shes |hes )(?:driv(?:e|ing)|bring(?:ing)?|tak(?:e|ing)|drop(?:ping)?|giv(?:e|ing)|com(?:e|ing) with|ride|riding with) (?:me|us|him|her|them|you|${RELATIVE}|(?:my|the|his|her) (?:paperwork|papers|forms?|insurance(?: card)?|card|id|list|walker|brace|shoes|records))(?: (?:in|there|off|over|along|too|a (?:ride|lift)))*`,
  `(?:${RELATIVE} )?(?:me|nos|l[oae]) (?:lleva|llevan|va a llevar|trae)|(?:voy|vamos|va) a llevar(?:l[oa])?(?: a ${RELATIVE})?|(?:lo |la )?llev(?:o|are)(?: a ${RELATIVE})?|con ${RELATIVE}|with (?:me|bells on|my (?:paperwork|papers|forms?|insurance(?: card)?|id|list|walker|cane|wheelchair|brace|shoes|records))|(?:im|i am|soy) (?:his|her|the|their|su|la|el) ${RELATIVE}`,
].join('|');
const FITS =
  '(?:it |that |this |which |time |(?:the|that|this|my) (?:time|day|appointment) )?(?:still )?(?:sounds|works|looks|is|thats|its|its all|all|that s) ?(?:good|great|perfect|fine|ok|okay|correct|right|set|well|wonderful)?(?: (?:for|with|by) (?:me|us))?|(?:esta )?(?:bien|perfecto)|me parece(?: bien| perfecto)?|me queda bien|me funciona|all set|(?:im |were )?good(?: to go)?|of course|por supuesto|de acuerdo|que si|you bet|will do|got it|noted|roger|entendido|recibido|i will|i can|i am|i do|we will|we can|it is|sure thing';
const COURTESY =
  'thanks?(?: (?:you|u))?(?: (?:so|very|much|a lot|again|kindly))*(?: for (?:the |your |my )?(?:reminder|reminding me|text|message|letting me know|checking|everything|confirming))?|ty|thx|tysm|(?:i )?appreciate (?:it|you|the reminder|that)|(?:muchas |mil )?gracias(?: por (?:el |la )?(?:recordatorio|recordarme|aviso|avisar|todo))?|muy amable|igualmente|saludos|bendiciones|dios (?:te|le|los|les|la) bendiga|god bless(?: (?:you|u))?|buen(?:os|as)? (?:dias?|tardes|noches)|have a (?:good|great|nice|blessed|wonderful|lovely) (?:day|one|weekend|night|evening|afternoon|week)|(?:you|u) too|same to you|cant wait|can t wait|(?:im )?looking forward(?: to (?:it|(?:seeing|meeting) (?:you|u)(?: all)?|my (?:visit|appointment)))?|excited|hi|hello|hey|hola|good (?:morning|afternoon|evening)|please|pls|por favor|sir|maam|mam|senor(?:a|ita)?|doctora?|dra?|doc|everyone|lol|no (?:problem|worries)|np|soon|pronto|and|y|e|bye|adios|indeed|again|so much|very much|(?:i )?(?:wont|will not|dont|do not|no need to|not|no) (?:(?:need to|want to|going to) )?(?:cancel|reschedule|move|change)(?: (?:it|my|the|our|appointment|appt|visit))*|(?:best |kind )?regards|sincerely|atentamente|bright and early|con (?:mucho )?gusto|no hay problema|maestr[oa]|dear|hun|guys|folks|amig[oa]|mij[oa]|just (?:letting (?:you|u) know|to let (?:you|u) know|so (?:you|u) know)|fyi|for sure|sin falta|lo prometo|(?:100|110|1000)(?: percent)?|primero dios|dios mediante|(?:si dios|god|lord) (?:quiere|willing)|haha|jaja|(?:im |i am |were |hes |shes )?(?:feeling|doing) (?:much |a lot |pretty )?(?:good|great|better|fine|well|ok)|no (?:new (?:symptoms|problems|issues)|changes)|nothing new|sin novedad(?:es)?|nada nuevo';
/** Said beside a yes, these take nothing from it; where anything else stands beside it a human reads the text. */
const CONFIRMING = new RegExp(
  `(?<![^ ])(?:(?:(?:${DAY}) )?(?:${BRINGS}|${WILL_COME}|${WHO}(?:will )?be(?= (?:at|in|on) ))(?: (?:${WHEN}|${WHAT}|there|then|soon|again))*|${COURTESY}|(?:all (?:good|set)|still on|were still on|(?:im |were )?good)(?: (?:for )?(?:${WHEN}|${WHAT}))+|were still on|${FITS}|all good|${YES}(?: (?:${WHAT}|${WHEN}))*|${WHAT}(?: ${WHEN})*(?: is)? confirm(?:ed|ada)(?: (?:${WHEN}|${WHAT}))*)(?![^ ])`,
  'g',
);
const SAYS_YES = phrases(
  YES,
  WILL_COME,
  'be(?= (?:at|in|on) )|all (?:good|set)|were still on|looking forward to (?:it|seeing you)|sounds (?:good|great)|works(?: for (?:me|us))?|of course|por supuesto|de acuerdo|you bet',
);
const ASKS = phrases(
  '(?:can|will|is|are|am|could|would|may|do|shall|should) (?:i|we|you|u|it|this|that|there|the)',
  '(?<!^(?:yes|si|ok|okay|sure) )(?:please|pls|plz|por favor) confirm',
);
/** "Si mi hijo me lleva": without a pause it is an "if". */
const ON_CONDITION = phrases(`si (?:me|nos|lo|la|le|los|se|el|ella|lleg(?:o|amos)|alcanz(?:o|amos)|${RELATIVE})`);

const NAME =
  "(?:(?:Mrs?|Ms|Dra?|Sra?)\\.? )?(?!(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\\p{Lu}\\p{Ll}+(?: \\p{Lu}\\p{Ll}+)?(?![\\p{L}'’])";
const INTRODUCED = new RegExp(
  `(?<!\\p{L})(?:[Tt]his is|[Ss]oy|[Hh]abla|[Mm]y name is|[Mm]e llamo) ${NAME}(?: here)?`,
  'gu',
);
const NAMED_RELATIVE = new RegExp(`(?<=(?<!\\p{L})(?:${BESIDE}) )${NAME}`, 'gu');
const SIGNED = new RegExp(
  `(?<=(?:[Rr]egards|[Ss]incerely|[Tt]hanks|[Tt]hank you|[Gg]racias|[Ss]aludos|[Aa]tentamente)[,.]\\s*)${NAME}\\W*$`,
  'u',
);
const OF_SOMEBODY = /\p{Lu}\p{Ll}+['’]s (?=(?:appointment|appt|visit|session|PT|therapy))/u;
const withoutNames = (raw: string): string =>
  raw.replace(INTRODUCED, ' ').replace(NAMED_RELATIVE, ' ').replace(SIGNED, ' ').replace(OF_SOMEBODY, 'the ');

const MAX_YES_LENGTH = 200;
/** True for a yes with words of coming and courtesy around it, and nothing else. */
export const saysYes = (folded: string, raw: string): boolean =>
  folded.length <= MAX_YES_LENGTH &&
  !raw.includes('?') &&
  SAYS_YES.test(folded) &&
  !ASKS.test(folded) &&
  !ON_CONDITION.test(foldClauses(raw)) &&
  foldWords(withoutNames(raw)).replace(CONFIRMING, ' ').trim() === '';

const NAMES_VISIT = phrases(
  VISIT_NAMED,
  '(?:my|our|his|her|mi) \\d{1,2}(?:am|pm)?',
  `confirm(?:ing|ed|o|amos)? (?:(?:for|el|para|a|las?|at) )*(?:${DAY}|\\d{1,2}(?:am|pm)?)`,
);
const ASKS_THEM = phrases('(?:please|pls|plz|por favor) confirm');
const SAYS_SO = phrases(WILL_COME, 'be(?= (?:at|in|on) )|confirm(?:ed|ad[oa]|acion)');

/** True for words that confirm a visit by name and nothing else, so that no question need be open. */
export const confirmsByName = (forms: readonly string[], folded: string, raw: string): boolean =>
  isOneOf(BARE_C, forms) ||
  (folded.length <= MAX_YES_LENGTH &&
    NAMES_VISIT.test(folded) &&
    SAYS_SO.test(folded) &&
    !ASKS_THEM.test(folded) &&
    saysYes(folded, raw));
