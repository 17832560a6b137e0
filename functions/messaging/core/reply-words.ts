import { foldWords } from '../../platform/fold.ts';

/**
 * The words of replies, as tables: whole-message keywords and phrases, English and Spanish, in the form `foldWords` gives
 * (lower case, no accents, no punctuation, no apostrophes).
 */

const wordList = (text: string): ReadonlySet<string> => new Set(text.split(',').map((word) => word.trim()));
const phrases = (...sources: readonly string[]): RegExp => new RegExp(`(?<![^ ])(?:${sources.join('|')})(?![^ ])`);

/**
 * Whole-message opt-outs that stay opt-outs when more is said in another sentence. 47 CFR 64.1200(a)(10) names stop, quit, end,
 * revoke, opt out, cancel and unsubscribe; the rest are AWS's managed words, their Spanish, and usual misspellings.
 */
const OPT_OUT_ALWAYS = wordList(
  'stop, stopp, stopall, stop all, stop it, stop this, stop2end, stop to end, stip, stpo, sotp, stp, sto, stopo, stoop, st0p, srop, dtop, atop, syop, stlp, stopt, stop t, stopit, stops, stopstop, ztop, s top, st op, sto p, stop 2 end, spot texting, ' +
    'quit, quitt, qiut, quit it, revoke, revoked, i revoke, revok, opt out, optout, opt me out, opted out, opting out, unsubscribe, unsubscribed, unsubscibe, unsubcribe, unsuscribe, unsub, unsubscribe me, ' +
    'arret, remove, remove me, delete me, td, no more, leave me alone, go away, fuck off, piss off, f off, fuck you, not interested, im not interested, wrong number, wrong person, wrong phone, ' +
    'alto, parar, pare, paren, para ya, paren ya, pare ya, deten, detener, detenganse, detente, baja, dar de baja, darme de baja, darse de baja, deme de baja, denme de baja, basta, basta ya, no mas, nomas, ya no mas, ya no, borrar, borrarme, borrenme, eliminar, eliminarme, salir, desuscribir, desuscribirme, cancelar suscripcion, ' +
    'no me interesa, no estoy interesado, no estoy interesada, dejeme en paz, dejenme en paz, numero equivocado, telefono equivocado, persona equivocada, desactivar, suspender',
);

/** Opt-outs only when they are all that was said: with more words they speak of the visit. `para` is a preposition besides. */
const OPT_OUT_ALONE = wordList(
  'cancel, cancle, cancell, cansel, cancel all, end, end all, ende, enough, para, fin, terminar, cancelar, cancela, cancele, cancelen, termina, quitar, quitarme, remover, off, discontinue, unenroll, unroll me, dnc, do not disturb, block, blocked, spam',
);

/** Those of them that may have meant the visit. */
const OPT_OUT_OR_VISIT = wordList(
  'cancel, cancle, cancell, cansel, cancel all, end, end all, ende, fin, terminar, cancelar, cancela, cancele, cancelen, termina',
);

const HELP = wordList(
  'help, info, ayuda, helpme, hlp, hepl, information, informacion, ayudame, ayudenme, necesito ayuda, i need help, need help, help needed, more info, mas informacion, mas info, que es esto, who is this, who are you, quien es, quien eres, support, commands, menu',
);

const OPT_IN = wordList(
  'start, unstop, un stop, resume, restart, subscribe, resubscribe, opt in, optin, opt me in, opt back in, start again, start texts, iniciar, empezar, comenzar, reanudar, suscribir, suscribirme, reactivar',
);

/** Politeness around a keyword. Taken off both ends before a whole message is compared. */
const POLITE = new Set(
  'please,pls,plz,pleas,thanks,thank,you,thx,ty,now,immediately,asap,ok,okay,hi,hello,hey,just,sorry,already,sir,maam,team,all,good,day,por,favor,porfavor,gracias,ahora,hola,ya,inmediatamente,disculpe,perdon,u,txt,text,reply,me,the,word,im,replying,i,said,saying,have,a,buenos,dias,buenas,tardes'.split(
    ',',
  ),
);

// A text app's signature is not the patient's word.
const SIGNATURE = / ?(?:sent|enviado) (?:from|desde|via) (?:my|mi) [\p{L}\p{N} ]{2,30}$/u;
const SPELLED_OUT = /^[a-z](?: [a-z]){2,}$/;
const STRETCHED = /(\p{L})\1{2,}/gu;
const MAX_KEYWORD_LENGTH = 60;

/** The forms of a short message in which a keyword may be found: as it is, without politeness, spelled out, repeated. */
export const keywordForms = (folded: string): readonly string[] => {
  const unsigned = folded.replace(SIGNATURE, '').trim();
  if (unsigned === '' || unsigned.length > MAX_KEYWORD_LENGTH) return [];
  const plain = unsigned.replace(STRETCHED, '$1');
  const words = plain.split(' ');
  let start = 0;
  let end = words.length;
  while (start < end && POLITE.has(words[start] ?? '')) start++;
  while (end > start && POLITE.has(words[end - 1] ?? '')) end--;
  const core = words.slice(start, end);
  const forms = [plain, core.join(' ')];
  if (SPELLED_OUT.test(plain)) forms.push(plain.replaceAll(' ', ''));
  if (core.length > 1 && core.every((word) => word === core[0])) forms.push(core[0] ?? '');
  return forms;
};

const isOneOf = (words: ReadonlySet<string>, forms: readonly string[]): boolean =>
  forms.some((form) => words.has(form));

/** What no other word of these tables is, though one edit from it. */
const NOT_A_MISSPELLED_STOP = wordList('step, shop, top, slop, swop, stow, sop, strop, estop, soup, stp');
const NOT_A_MISSPELLED_UNSUBSCRIBE = wordList('subscribe, resubscribe');

const isMisspelledOptOut = (form: string): boolean =>
  !form.includes(' ') &&
  ((form.length >= 3 && form.length <= 5 && !NOT_A_MISSPELLED_STOP.has(form) && editDistance(form, 'stop', 1) <= 1) ||
    (form.length >= 9 && !NOT_A_MISSPELLED_UNSUBSCRIBE.has(form) && editDistance(form, 'unsubscribe', 2) <= 2));

/** Changes, drops, inserts and swaps of neighbours between two words; stops counting past `limit`. */
const editDistance = (typed: string, meant: string, limit: number): number => {
  if (Math.abs(typed.length - meant.length) > limit) return limit + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: meant.length + 1 }, (_, index) => index);
  for (let row = 1; row <= typed.length; row++) {
    const current = [row];
    for (let column = 1; column <= meant.length; column++) {
      const change = typed[row - 1] === meant[column - 1] ? 0 : 1;
      let cost = Math.min((last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (last[column - 1] ?? 0) + change);
      if (row > 1 && column > 1 && typed[row - 1] === meant[column - 2] && typed[row - 2] === meant[column - 1]) {
        cost = Math.min(cost, (beforeLast[column - 2] ?? 0) + 1);
      }
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return last[meant.length] ?? limit + 1;
};

/** True when the whole message is an opt-out keyword, misspelled or not. */
export const isOptOutKeyword = (forms: readonly string[]): boolean =>
  isOneOf(OPT_OUT_ALWAYS, forms) || isOneOf(OPT_OUT_ALONE, forms) || forms.some(isMisspelledOptOut);

/** True when one sentence of several is an opt-out keyword that does not depend on being alone. */
export const isOptOutSentence = (sentence: string): boolean => isOneOf(OPT_OUT_ALWAYS, keywordForms(sentence));

/** True for a bare opt-out word that people also use of a visit. */
export const isVisitWord = (forms: readonly string[]): boolean => isOneOf(OPT_OUT_OR_VISIT, forms);

export const isHelpKeyword = (forms: readonly string[]): boolean => isOneOf(HELP, forms);
const isOptInKeyword = (forms: readonly string[]): boolean => isOneOf(OPT_IN, forms);

const TEXTS =
  '(?:te?xt|texts|texting|tx?ts?|te?xt messages?|messages?|mess?[ae]ges?|msgs?|sms|reminders?|notifications?|alerts?|emails?|updates?)';
const TEXTOS = '(?:mensajes?|mensages?|textos?|sms|recordatorios?|notificaciones|avisos?|msj|msjs|mensajitos)';
const AGAIN = '(?: (?:me|again|back|back on|to me|please|now|por favor|otra vez|de nuevo|nuevamente))*';
/** A request to be texted again that says nothing besides. One that asks or denies is for a human: consent is never guessed. */
const OPT_IN_SENTENCE = new RegExp(
  `^(?:(?:yes|i|id|we|you|can|may|want|wish|would|like|to|please|changed my mind) )*(?:${[
    `(?:start|resume|restart|begin) (?:sending |getting |receiving |me |the |my |texting |with |your )*(?:texting|messaging|${TEXTS})`,
    `(?:text|message) me(?= again)|(?:re|un)subscribe me(?: to (?:the |your |these )?${TEXTS})?|(?:get|receive|have) (?:the |my |your )?${TEXTS}(?= (?:again|back))`,
    `(?:sign|opt|add|put) me (?:back )?(?:up|in|on) (?:for|to) (?:the |your |these |getting |receiving )*${TEXTS}|(?:the |my |your )?${TEXTS} (?:back|again)|opt (?:me )?(?:back )?in(?: (?:to|for) (?:the |your |these )*${TEXTS})?|turn (?:the |my )?${TEXTS} (?:back )?on`,
    `(?:vuelvan?|volver|empiecen|empiece|reanuden?) a (?:enviar|mandar|escribir)(?:me|nos)?(?: (?:los |sus |mis |mas )?${TEXTOS})?|quiero (?:volver a )?recibir (?:los |sus |mis )?${TEXTOS}|reanud(?:ar|en) (?:los |mis )?${TEXTOS}`,
  ].join('|')})${AGAIN}$`,
);

/** True for an opt-in keyword or request that is the whole message. */
export const isOptIn = (forms: readonly string[], raw: string): boolean =>
  isOptInKeyword(forms) || (!raw.includes('?') && forms.some((form) => OPT_IN_SENTENCE.test(form)));

const DAY =
  '(?:mon|tues?|wed|wednes|thur?s?|fri|satur|sun)(?:day)?s?|today|todays|tomorrow|tomorrows|tmrw|tmw|tonight|next week|lunes|martes|miercoles|jueves|viernes|sabado|domingo|manana|hoy';
const VISIT =
  'appointments?|appt|apt|appts|apptmt|appointmnt|apointments?|apointment|appoinment|appointement|app|visits?|sessions?|booking|reservation|slot|consult|consultation|checkup|check up|time|cita|citas|consulta|visita|sesion|turno|reserva';
const MY_VISIT = `(?:(?:my|the|our|this|that|his|her|it|for|on|next|upcoming|mi|la|el|esta|esa|mis|de|del|para|nuestra) )*(?:${VISIT}|${DAY}|\\d{1,2}(?:st|nd|rd|th|am|pm)|it)`;

/** Asks for another time. */
const RESCHEDULE_PHRASES = phrases(
  're ?sc?h?ed\\w*|resche?dul\\w*|resced\\w*|reshed\\w*|rescheudle|reschdule|rebook|re book|re schedule',
  `(?:move|change|switch|push|shift|swap|bump|postpone|delay|adjust|modify|mover|cambiar|cambio|cambie|cambiarla|moverla|posponer|posponerla|aplazar|aplazarla|recorrer|modificar|pasar) ${MY_VISIT}`,
  '(?:move|push|change|switch|bump) (?:\\S+ ){0,3}(?:back|up|to|out|forward|earlier|later|dates?|times?|days?)|(?:can|could|may|please|need to|want to|like to|have to) (?:\\S+ )?(?:move|postpone|change|switch) (?:it|that|this|to|my)|postpone|reagend\\w*|re agend\\w*|reprogram\\w*|posponer\\w*|aplazar\\w*|cambiarla|cambiar (?:la |de |mi )?(?:hora|fecha|dia|cita)|cambiar$|mover$|cambi(?:en|e|enme|eme) (?:la |el |de |mi )*(?:hora|fecha|dia|cita|horario)',
  '(?:different|another|(?<!every )other|new|better|later|earlier|sooner|alternate) (?:day|time|date|slot|appointment|appt|opening|hour)|some ?other (?:day|time)|(?:otra|otro|diferente|nueva|nuevo|distint[oa]) (?:hora|dia|fecha|horario|cita|semana)|(?:mas (?:tarde|temprano)|otro dia|otra hora|otra fecha|dia diferente)',
  `(?:can|could|may|is it possible|possible|would|do you have|any chance) (?:\\S+ ){0,6}(?:instead|(?:earlier|later|sooner)(?! (?:today )?(?:call|than)))|(?:${DAY}) instead|instead of (?:${DAY})|come (?:in )?(?:earlier|later|another|a different)|(?:en vez|en lugar) de`,
);

/** Cannot come, and has not said whether to move or to cancel: gets the link that does either. */
const CANNOT_COME_PHRASES = phrases(
  '(?:cant|cannot|can not|can t|wont|won t|will not|not going to|not gonna|unable to|not able to|wont be able to|will not be able to|not be able to|couldnt|dont think i can|dont think ill be able to|may not|might not|may not be able to|might not be able to)(?: (?:be able|probably|actually|to))* (?:make|come|attend|do (?:it|that|this|then|today|tomorrow|mon\\w*|tue\\w*|wed\\w*|thu\\w*|fri\\w*|the)|get there|be there|keep|be in|show up|go)(?! (?:to the (?:bathroom|gym|link)|a copy))',
  '(?:that|this|the|my) (?:time|day|date|appointment|appt|slot) (?:doesnt|does not|wont|will not|isnt going to) work',
  '(?:doesnt|does not|dont|wont|isnt|not) (?:work(?:s|ing)?|a good time|good)(?: (?:for me|for us|anymore|now|that day|out|with my))|(?:something|things) (?:came|has come|come) up|have a conflict|schedul(?:e|ing) conflict|double booked',
  'no (?:puedo|podre|voy a poder|podria|voy a)(?: \\S+){0,1} ?(?:ir|asistir|llegar|venir|acudir|presentarme|hacerlo)|no (?:puedo|podre) (?:ese|esa|el|la|manana|hoy|a esa|en ese)(?: \\S+)?|me surgio|se me complico|no me queda bien|no me funciona|tengo un conflicto|no alcanzo',
);

/** Asks to cancel the visit. */
const CANCEL_VISIT_PHRASES = phrases(
  `(?:cance?l\\w{0,5}|cancle|cansel|cancer|call off|drop) (?:out )?${MY_VISIT}`,
  `(?:need|have|want|would like|like|wish|going|gonna|got|can|could|may|must|please|should|trying|id like|lets|how do|will|prefer|rather|wanna) (?:i |to |you |we |like to |please |go ahead and |just )*(?:cance?l(?:l?ing)?|cancle|cansel)`,
  '(?:cancel|canceling|cancelling) (?:please )?(?:im|i|because|since|as|due|were|we|not|cuz|bc|sorry|can t|cant|got|wont|no longer)(?: \\S+)?|(?:im|i am|were|we are|am|we re|i m) (?:cancell?ing|not (?:coming|going|attending))|not coming|wont be coming|no longer (?:need|coming|want|able|required)(?: \\S+)*|dont need (?:the|my|this|an) (?:appointment|appt|visit)|cancell?ation please|(?:appointment|appt|visit|cita) (?:cancel|cancellation|cancelacion|cancelar)|please cancel',
  '(?:cancelar|cancele|cancelen|cancela|cancelo|cancelame|cancelenme|cancelemos|cancelarla|cancelala|cancelen|anular|anulen|anule|anula|anulo|anularla|eliminar|borrar) (?:por favor )?(?:(?:mi|la|el|esta|esa|las|mis|nuestra|de|del|para|una) )*(?:cita|citas|consulta|visita|turno|sesion|hora|reserva|hoy|manana|lunes|martes|miercoles|jueves|viernes|sabado)',
  '(?:quiero|necesito|quisiera|deseo|puedo|pueden|podria|podrian|puede|tengo que|voy a|favor de|me gustaria|hay que) (?:\\S+ )?(?:cancelar(?:la)?|anular(?:la)?)|cancelarla|anularla|cancelenla|no voy (?:a ir|a asistir|a llegar|ir)|ya no (?:voy|ire|necesito la cita|quiero la cita)|no ire|no asistire',
);

/** Names the visit's end without asking for it: a question, a policy, or "don't". Taken out before the lists above are asked. */
const NOT_A_CANCELLATION =
  /(?<![^ ])(?:(?:dont|do not|don t|never|not|no need to|didnt|did not|didn t|wont|please dont|never said|no|cant|havent|without|rather not|hope you dont|no quiero|no quise|no voy a|no necesito|no me|nunca) (?:(?:want|mean|have|need|going|trying|asking|like|wish|plan|planning|you|to|it|i|please|me|my|the|que) ){0,4}(?:cancel\w*|cancelar\w*|cancelen|anul\w*|re ?sched\w*|reagend\w*|reprogram\w*|move|postpone|change|cambi\w*|mov\w*)(?: (?:my|the|it|that|this|anything|mi|la|las|me|visit|appointment|appt|appointments|cita|time))*|cancel\w* (?:policy|fee|fees|charge|charges)|(?:cancellation|late cancel|no show) (?:policy|fee|charge)|(?:did|have|has|why|who) (?:you|they|he|she|u|yall|anyone|someone|the \S+)? ?(?:just )?(?:cancel\w*|re ?schedul\w*|mov(?:e|ed)|chang(?:e|ed))|(?:did|was|is|has|have|why|were|are|who|if|when) (?:\S+ ){0,4}(?:cancell?ed|rescheduled|moved|changed)|stop (?:cancell?ing|changing|moving|rescheduling)(?: \S+){0,2}|(?:got|been|was|were|is|are) (?:cancell?ed|rescheduled|moved)|(?:fue|esta|estan|era) (?:cancelad[oa]|reprogramad[oa]|cambiad[oa]))(?![^ ])/g;

/** What folded words want of the visit: another time, its end, or that they cannot come and leave open which. */
export const visitWishOf = (folded: string): 'move' | 'cancel' | 'cannot-come' | undefined => {
  const claims = folded.replace(NOT_A_CANCELLATION, '|');
  if (RESCHEDULE_PHRASES.test(claims)) return 'move';
  if (CANCEL_VISIT_PHRASES.test(claims)) return 'cancel';
  return CANNOT_COME_PHRASES.test(claims) ? 'cannot-come' : undefined;
};

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

/** True for words that confirm a visit by name and nothing else: what our own texts ask for. */
export const isExplicitConfirmation = (forms: readonly string[]): boolean => isOneOf(BARE_C, forms);

const WHEN = `(?:(?:at|on|by|for|this|next|a|las?|el|en|para) )*(?:${DAY}|then|entonces|morning|afternoon|evening|(?:de|por|en) la (?:tarde|manana)|week|\\d{1,4}(?: \\d\\d)?(?: ?(?:am|pm|a m|p m|oclock))?(?: en punto)?)`;
const WHAT =
  '(?:(?:for|to|at|in|on|my|the|our|this|her|his|a|mi|la|nuestra|as) )*(?:appointments?|appt|apt|visit|session|appointment time|cita|citas|visita|consulta|scheduled|planned|asistencia|person|clinic|office)';
const YES =
  '(?:c|cc|ccc|y|ye|yes+|yea+|yeah|yep|yup|yas|yah|yessir|si+|sip|simon|ok|okay|okey|oki|k|kk|sure|confirm|confirmed|confirming|confirmo|confirmamos|confirmad[oa]|claro|absolutely|definitely|certainly|affirmative|correct|correcto|perfect|perfecto|great|excellent|excelente|awesome|wonderful|super|vale|listo|lista|dale)';
const WHO = '(?:(?:i|we|he|she|they|ill|well|hell|shell|theyll|im|were|u|you|both(?: of us)?|all|yes) )*';
/** Says in a sentence that the visit stands. */
const WILL_COME = [
  `${WHO}(?:(?:will|can|am|are|is|do|gonna|going to|plan to|planning to|planning on|plan on|definitely|still|surely|def|for sure|also|both|be able to|happy to|intend to|shall) )*(?:be(?:ing)? (?:there|here|in|present|on time)|mak(?:e|ing) it|com(?:e|ing)(?: in)?|attend(?:ing)?|arriv(?:e|ing)|keep(?:ing)? (?:it|the|my) ?(?:appointment|appt|visit)?|see (?:you|u|ya|yall|the doctor|everyone|dr \\S+))`,
  '(?:see|c) (?:you|u|ya|yall|everyone)|be there|(?:i |we )?(?:do )?confirm(?:ed|ing)?',
  '(?:yo )?(?:(?:ahi|alli|alla|aqui) )?(?:estare(?:mos)?|voy(?: a (?:estar|ir|asistir|llegar))?|vamos(?: a (?:estar|ir))?|nos vemos|los veo|las veo|le veo|ire(?:mos)?|asistire(?:mos)?|llegare(?:mos)?|acudire|confirmo|confirmamos)(?: (?:ahi|alli|alla))?',
].join('|');
const FITS =
  '(?:it |that |this |which |time |(?:the|that|this|my) (?:time|day|appointment) )?(?:still )?(?:sounds|works|looks|is|thats|its|its all|all|that s) ?(?:good|great|perfect|fine|ok|okay|correct|right|set|well|wonderful)?(?: (?:for|with|by) (?:me|us))?|(?:esta )?(?:bien|perfecto)|me parece(?: bien| perfecto)?|me queda bien|me funciona|all set|(?:im |were )?good(?: to go)?|of course|por supuesto|de acuerdo|que si|you bet|will do|got it|noted|roger|entendido|recibido|i will|i can|i am|i do|we will|we can|it is|sure thing';
const COURTESY =
  'thanks?(?: (?:you|u))?(?: (?:so|very|much|a lot|again|kindly))*(?: for (?:the |your |my )?(?:reminder|reminding me|text|message|letting me know|checking|everything|confirming))?|ty|thx|tysm|(?:i )?appreciate (?:it|you|the reminder|that)|(?:muchas |mil )?gracias(?: por (?:el |la )?(?:recordatorio|recordarme|aviso|avisar|todo))?|muy amable|igualmente|saludos|bendiciones|dios (?:te|le|los|les|la) bendiga|god bless(?: (?:you|u))?|buen(?:os|as)? (?:dias?|tardes|noches)|have a (?:good|great|nice|blessed|wonderful|lovely) (?:day|one|weekend|night|evening|afternoon|week)|(?:you|u) too|same to you|cant wait|can t wait|(?:im )?looking forward(?: to (?:it|(?:seeing|meeting) (?:you|u)(?: all)?|my (?:visit|appointment)))?|excited|hi|hello|hey|hola|good (?:morning|afternoon|evening)|please|pls|por favor|sir|maam|mam|senor(?:a|ita)?|doctora?|dra?|doc|everyone|lol|no (?:problem|worries)|np|soon|pronto|and|y|e|bye|adios|indeed|again|so much|very much|(?:i )?(?:wont|will not|dont|do not|no need to|not|no) (?:(?:need to|want to|going to) )?(?:cancel|reschedule|move|change)(?: (?:it|my|the|our|appointment|appt|visit))*';
/** Said beside a yes, these take nothing from it; where anything else stands beside it a human reads the text. */
const CONFIRMING = new RegExp(
  `(?<![^ ])(?:(?:${WILL_COME}|${WHO}(?:will )?be(?= (?:at|in|on) ))(?: (?:${WHEN}|${WHAT}|there|then|soon|again))*|${COURTESY}|${FITS}|${YES}(?: ${WHAT})?)(?![^ ])`,
  'g',
);
const SAYS_YES = phrases(
  YES,
  WILL_COME,
  'sounds (?:good|great)|works(?: for (?:me|us))?|of course|por supuesto|de acuerdo|you bet',
);
const ASKS = phrases('(?:can|will|is|are|am|could|would|may|do|shall|should) (?:i|we|you|u|it|this|that|there|the)');

/** True for a yes with words of coming and courtesy around it, and nothing else. */
export const saysYes = (folded: string, raw: string): boolean =>
  folded.length <= MAX_YES_LENGTH &&
  !raw.includes('?') &&
  SAYS_YES.test(folded) &&
  !ASKS.test(folded) &&
  folded.replace(CONFIRMING, ' ').trim() === '';
const MAX_YES_LENGTH = 200;

/** C and R, which our texts offer and people use for nothing else. */
export const isOfferedKeyword = (body: string): boolean =>
  keywordForms(foldWords(body)).some((form) => form === 'c' || form === 'r');

/** "R": what our texts offer for another time. */
const RESCHEDULE_WORDS = wordList(
  'r, rr, rr r, r reschedule, 2 reschedule, resched, reschedule, reschedule please, reagendar, reprogramar, cambiar, cambio, mover, r cambiar, move, change',
);
export const isRescheduleKeyword = (forms: readonly string[]): boolean => isOneOf(RESCHEDULE_WORDS, forms);

/** A phone's reaction to one of our texts, which quotes it, "Reply STOP" and all. */
const REACTION =
  /^\s*(?:(?:liked|loved|disliked|emphasized|laughed at|questioned|removed an? \S+ from|reacted .{1,12} to|(?:a (?:\S+ ){0,2})?le (?:gust[oa]|encant[oa]|dio .{1,12} a)|no le gusto|te gusto|enfatizo|se rio de)\s*["“”«'‘]|[^\p{L}\p{N}"“«]{1,8} (?:to|a) ["“«]|a\s*["“«][^"”»]*["”»] (?:le|te) (?:gust[oa]|encant[oa]))/iu;
// Every reaction quotes: most texts need no closer look.
const QUOTES = /[^\t\n\r -~]|["']/;
export const isReaction = (raw: string): boolean =>
  QUOTES.test(raw) && REACTION.test(raw.normalize('NFKD').replace(/\p{M}/gu, ''));

/** What somebody says themselves: of a reaction, what stands outside the quote. */
export const ownWordsOf = (raw: string): string =>
  isReaction(raw) ? raw.replace(/“[^”]*”|"[^"]*"|«[^»]*»/g, ' ') : raw;

const MAX_STOP_SIGN_LENGTH = 24;
/** True for a stop sign with nothing said beside it. */
export const isStopSign = (raw: string): boolean =>
  raw.length <= MAX_STOP_SIGN_LENGTH && /[🛑⛔]/u.test(raw) && !/[\p{L}\p{N}]/u.test(raw);

/** As many as a text of 1,600 characters can have. */
const MAX_SENTENCES = 800;
const STATEMENT_ENDS = /[.!?;\n\r…]+/;
/** What a message says, raw, split where a negation cannot reach across: not at commas, nor at quotes. */
export const statementsOf = (raw: string): readonly string[] => raw.split(STATEMENT_ENDS, MAX_SENTENCES);

const SENTENCE_ENDS = /[.!?;:,\n\r…"“”()–—]+|\s-+\s/;
/** The sentences and clauses of a message, each folded. */
export const sentencesOf = (raw: string): readonly string[] =>
  raw
    .split(SENTENCE_ENDS, MAX_SENTENCES)
    .map(foldWords)
    .filter((sentence) => sentence !== '');
