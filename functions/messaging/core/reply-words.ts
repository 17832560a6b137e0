import { foldWords } from '../../platform/fold.ts';

/**
 * The words of replies, as tables: whole-message keywords and phrases, English and Spanish, in the form `foldWords` gives
 * (lower case, no accents, no punctuation, no apostrophes).
 */

export const wordList = (text: string): ReadonlySet<string> => new Set(text.split(',').map((word) => word.trim()));
export const phrases = (...sources: readonly string[]): RegExp =>
  new RegExp(`(?<![^ ])(?:${sources.join('|')})(?![^ ])`);

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
  'help, info, ayuda, helpme, hlp, hepl, hlep, hlpe, ehlp, helpp, help menu, help options, help commands, information, informacion, ayudame, ayudenme, necesito ayuda, i need help, need help, help needed, more info, mas informacion, mas info, que es esto, who is this, who are you, quien es, quien eres, support, commands, menu',
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

export const isOneOf = (words: ReadonlySet<string>, forms: readonly string[]): boolean =>
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

/** What somebody asks who does not know what to text us. */
const HOW_TO_TEXT = new RegExp(
  `^(?:${[
    '(?:how|where) (?:do|does|can|should) (?:i|we|you|u|it|this|these|the|your) (?:(?:use|reply|respond|answer|to|work|with|this|these|the|your|text|whole) )*(?:text(?:ing|s)?|messag(?:es?|ing)|sms)(?: (?:thing|things|system|service|number|work|works|messages?))*(?: (?:here|please|pls))?',
    'what (?:can|do|should|am|are|could) (?:(?:i|we|supposed|to) )+(?:text|reply|answer|respond|write)(?: (?:back|to|with|in|you|u|this|these|the|number|text|texts|message|messages|here|please|pls))*',
    'what (?:are )?(?:the |your |my )?(?:commands?|keywords?|options|words|codes?)(?: (?:are there|(?:can|do|should) i (?:use|send|text|reply|write)(?: .{1,30})?|to (?:text|reply|send|use)(?: .{1,30})?|for .{1,30}))?',
    'como (?:funcionan?|se usan?|uso|contesto|respondo|se contestan?)(?: (?:esto|esta|estos|este|los|el|la|lo|a|de|cosa))* (?:mensajes?|textos?|sms)',
    'que (?:(?:le|les|debo|puedo|tengo que|hay que) )*(?:pongo|contesto|respondo|contestar|responder|poner)(?: (?:aqui|para|a|este|esto|estos|el|los|mensajes?|textos?|contestar|responder))*',
  ].join('|')})$`,
);

/** True for a help keyword, or for a message that asks how these texts are answered and nothing else. */
export const asksForHelp = (forms: readonly string[], raw: string): boolean => {
  if (isOneOf(HELP, forms)) return true;
  if (!HOW_OR_WHAT.test(raw)) return false;
  const sentences = sentencesOf(raw);
  return (
    sentences.some((sentence) => HOW_TO_TEXT.test(sentence)) &&
    sentences.every((sentence) => {
      const named = keywordForms(sentence);
      return HOW_TO_TEXT.test(sentence) || isOneOf(HELP, named) || named.includes('');
    })
  );
};
const HOW_OR_WHAT = /how|what|c[oó]mo|qu[eé]/i;
const isOptInKeyword = (forms: readonly string[]): boolean => isOneOf(OPT_IN, forms);

const TEXTS =
  '(?:(?:te?xt|sms) (?:messages?|reminders?|alerts?|updates?)|te?xt|texts|texting|tx?ts?|te?xt messages?|messages?|mess?[ae]ges?|msgs?|sms|reminders?|notifications?|alerts?|emails?|updates?)';
const TEXTOS = '(?:mensajes?|mensages?|textos?|sms|recordatorios?|notificaciones|avisos?|msj|msjs|mensajitos)';
const AGAIN = '(?: (?:me|again|back|back on|to me|please|now|por favor|otra vez|de nuevo|nuevamente))*';
/** A request to be texted again that says nothing besides. One that asks or denies is for a human: consent is never guessed. */
const OPT_IN_SENTENCE = new RegExp(
  `^(?:(?:yes|i|id|we|you|can|may|want|wish|would|like|to|please|changed my mind) )*(?:${[
    `(?:start|resume|restart|begin) (?:sending |getting |receiving |me |the |my |texting |with |your )*(?:texting|messaging|${TEXTS})`,
    `(?:text|message) me(?= again)|(?:re|un)subscribe me(?: to (?:the |your |these )?${TEXTS})?|(?:get|receive|have) (?:the |my |your )?${TEXTS}(?= (?:again|back))`,
    `(?:put|add|get) me (?:back )?(?:on|to|in) (?:the |your |this |that )*(?:text(?:ing)?|message|messaging|reminders?|sms) (?:list|reminders|alerts)|(?:mand|envi)(?:ar?|en?)(?:me|nos)? (?:los |mis |sus )?${TEXTOS}(?= (?:otra vez|de nuevo|nuevamente))`,
    `(?:sign|opt|add|put) me (?:back )?(?:up|in|on) (?:for|to) (?:the |your |these |getting |receiving )*${TEXTS}|(?:the |my |your )?${TEXTS} (?:back|again)|opt (?:me )?(?:back )?in(?: (?:to|for) (?:the |your |these )*${TEXTS})?|turn (?:the |my )?${TEXTS} (?:back )?on`,
    `(?:vuelvan?|volver|empiecen|empiece|reanuden?) a (?:enviar|mandar|escribir)(?:me|nos)?(?: (?:los |sus |mis |mas )?${TEXTOS})?|quiero (?:volver a )?recibir (?:los |sus |mis )?${TEXTOS}|reanud(?:ar|en) (?:los |mis )?${TEXTOS}`,
  ].join('|')})${AGAIN}$`,
);

const STOP_WAS_SENT =
  '(?:hit|typed|sent|pressed|put|said|texted|wrote|replied|tapped|clicked|pushed) (?:stop|unsubscribe|quit|cancel|it)(?: on (?:my|the) (?:phone|cell))?|(?:stopped|unsubscribed|opted out)(?: (?:from )?(?:the |these |your |my )?(?:it|this|these|them|texts?|messages|reminders))?';
const BY_MISTAKE = '(?:by (?:accident|mistake)|on accident|accidentally|mistakenly|without meaning to)';
/** Says that a STOP was none: what it takes back is plain then. */
const STOPPED_BY_MISTAKE = new RegExp(
  `^(?:(?:oops|sorry|i|we|my \\S+|he|she|must|have|may|think|just|accidentally|mistakenly) )*(?:(?:${STOP_WAS_SENT}) ${BY_MISTAKE}|(?<=(?:accidentally|mistakenly) )(?:${STOP_WAS_SENT})|(?:didnt|did not) mean to (?:stop|unsubscribe|opt out|hit stop|(?:say|text|send|type) stop)(?: .{1,20})?)$|^(?:(?:mi \\S+|yo|le|les|me|se|perdon) )*(?:puse|puso|mande|mando|escribi|escribio|di|dio|pique|pico|envie|conteste) (?:que )?(?:stop|alto|parar) (?:sin querer|por (?:error|accidente|equivocacion)|equivocadamente)$`,
);
/** Enough of a request after that. */
const TAKES_IT_BACK = new RegExp(
  `^(?:(?:i|id|would|like|want|to|please|can|could|you|u|love) )*(?:sign me (?:back )?up|(?:put|add) me back(?: (?:on|in))?|(?:start|turn|switch) (?:it|them|these)(?: back)?(?: on)?|turn (?:on|back on) (?:it|them|the ${TEXTS})|(?:keep|continue) (?:getting|receiving|sending) (?:me )?(?:the |your |my |these )?${TEXTS}|undo (?:it|that))${AGAIN}$`,
);
const MISSES_THEM = new RegExp(`^(?:i|we) (?:miss|need|like|love) (?:the |your |my |these |those |getting )*${TEXTS}$`);

/** True for an opt-in keyword or request that is the whole message, but for a STOP that it takes back. */
export const isOptIn = (forms: readonly string[], raw: string): boolean =>
  isOptInKeyword(forms) ||
  (!raw.includes('?') && forms.some((form) => OPT_IN_SENTENCE.test(form))) ||
  (OPTS_IN_AGAIN.test(raw) && raw.length <= MAX_OPT_IN_LENGTH && isOptInAgain(sentencesOf(raw)));

const OPTS_IN_AGAIN = /stop|unsub|opted|list|parar|alto/i;
const MAX_OPT_IN_LENGTH = 200;
const isOptInAgain = (sentences: readonly string[]): boolean => {
  const clauses = sentences.map(keywordForms);
  const are = (clause: RegExp): boolean => clauses.some((forms) => forms.some((form) => clause.test(form)));
  const isMistake = are(STOPPED_BY_MISTAKE);
  return (
    (are(OPT_IN_SENTENCE) || (isMistake && (are(TAKES_IT_BACK) || clauses.some(isOptInKeyword)))) &&
    clauses.every((forms) =>
      forms.some(
        (form) =>
          form === '' ||
          OPT_IN_SENTENCE.test(form) ||
          STOPPED_BY_MISTAKE.test(form) ||
          MISSES_THEM.test(form) ||
          (isMistake && (TAKES_IT_BACK.test(form) || OPT_IN.has(form))),
      ),
    )
  );
};

export const DAY =
  '(?:mon|tues?|wed|wednes|thur?s?|fri|satur|sun)(?:day)?s?|today|todays|tomorrow|tomorrows|tmrw|tmw|tonight|next week|lunes|martes|miercoles|jueves|viernes|sabado|domingo|manana|hoy';
const VISIT =
  'appointments?|appt|apt|appts|apptmt|appointmnt|apointments?|apointment|appoinment|appointement|app|visits?|sessions?|booking|reservation|slot|consult|consultation|checkup|check up|time|cita|citas|consulta|visita|sesion|turno|reserva';
const MY_VISIT = `(?:(?:my|the|our|this|that|his|her|it|for|on|next|upcoming|mi|la|el|esta|esa|mis|de|del|para|nuestra) )*(?:${VISIT}|${DAY}|\\d{1,2}(?:st|nd|rd|th|am|pm)|it)`;

/** Asks for another time. */
const RESCHEDULE_PHRASES = phrases(
  're ?sc?h?ed\\w*|resche?dul\\w*|resced\\w*|reshed\\w*|rescheudle|reschdule|rebook|re book|re schedule',
  `(?:move|change|switch|push|shift|swap|bump|postpone|delay|adjust|modify|mover|cambiar|cambio|cambie|cambiarla|moverla|posponer|posponerla|aplazar|aplazarla|recorrer|modificar|pasar) ${MY_VISIT}`,
  '(?:move|push|change|switch|bump) (?:\\S+ ){0,3}(?:back|up|to|out|forward|earlier|later|dates?|times?|days?)|(?:can|could|may|please|need to|want to|like to|have to) (?:\\S+ )?(?:move|postpone|change|switch) (?:it|that|this|to|my)|postpone|reagend\\w*|re agend\\w*|reprogram\\w*|posponer\\w*|aplazar\\w*|cambiarla|cambiar (?:la |de |mi )?(?:hora|fecha|dia|cita)|cambiar$|mover$|cambi(?:en|e|enme|eme) (?:la |el |de |mi )*(?:hora|fecha|dia|cita|horario)',
  '(?:different|another|(?<!every )other|new|better|later|earlier|sooner|alternate) (?:day|time|date|slot|appointment|appt|opening|hour)|(?:what|which|any) other (?:days|times|dates|slots|openings|hours|appointments)|anything (?:earlier|later|sooner)|(?:any|an|some) (?:earlier|later|sooner) (?:openings?|times?|slots?|days?|appointments?|appts?|dates?)|(?:earlier|later|sooner) openings?|rain ?check|(?:fit|squeeze|work|slot) (?:me|us|him|her) in|(?:is there|are there|do (?:you|u|yall) have|(?:you|u) (?:have|got)) (?:anything|something|(?:any )?(?:openings?|slots?|times?|availability)) (?:available |open |else )*(?:(?:in the|on|for|this|next|after|before) )*(?:mornings?|afternoons?|evenings?|week|\\d{1,2}(?: ?[ap]m)?|(?:mon|tues|wednes|thurs|fri|satur|sun)day)(?! (?:i|we|that|to))|what (?:else )?do (?:you|u|yall) have (?:available|open|after|next|in the (?:morning|afternoon)|(?:on )?(?:mon|tues|wednes|thurs|fri|satur|sun)day)|(?:days?|mornings?|afternoons?|evenings?|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|next week|lunes|martes|miercoles|jueves|viernes) (?:would be|would work|works?) better|some ?other (?:day|time)|(?:adelant|atras|retras)(?:ar|e|en) (?:(?:mi|la|un poco|tantito) )*(?:cita|hora|visita|terapia)|(?:me|nos) la (?:puede[ns]? |podrian? )?(?:cambi|muev|mov|pas|pon|dej)\\w* (?:a|para|pal|al|el)|(?:hay|tienen?|habra) (?:chance|espacio|lugar|campo|cupo) (?:(?:de|para|en) )*(?:el |la |otr[oa] |mas |ir )|(?:que|cuales|hay) otr[oa]s (?:horas|dias|fechas|horarios|citas)|(?:otra|otro|diferente|nueva|nuevo|distint[oa]) (?:hora|dia|fecha|horario|cita|semana)|(?:mas (?:tarde|temprano)|otro dia|otra hora|otra fecha|dia diferente)',
  `(?:can|could|may|is it possible|possible|would|do (?:you|u|ya|yall) have|any chance) (?:\\S+ ){0,6}(?:instead|(?:earlier|later|sooner)(?! (?:today )?(?:call|than)))|(?:${DAY}) instead|instead of (?:${DAY})|(?:(?:can|could|may) i (?:do|come|come in|get in|try)|(?:what|how) about) (?:(?:on|this|next|the|following) )*(?:${DAY})(?= (?:at|or|morning|afternoon|please|around|after)|$)|(?:can|could|may) (?:we|you|u) (?:do|try|make it|say) (?:(?:on|for|next|this|the|at|following) )*(?:${DAY}|week|\\d{1,2}(?: \\d\\d)? ?(?:am|pm|a m|p m)|\\d{1,2}(?:st|nd|rd|th))|(?:podemos|podriamos|se puede|puede ser|podria ser) (?:hacerl[oa] |dejarl[oa] )?(?:(?:el|la|para|pal|mejor|proxim[oa]) )*(?:lunes|martes|miercoles|jueves|viernes|sabado|proxima semana|otra semana)|come (?:in )?(?:earlier|later|another|a different)|(?:en vez|en lugar) de`,
);

/** Cannot come, and has not said whether to move or to cancel: gets the link that does either. */
const CANNOT_COME_PHRASES = phrases(
  '(?:cant|cannot|can not|can t|wont|won t|will not|not going to|not gonna|unable to|not able to|wont be able to|will not be able to|not be able to|couldnt|dont think i can|dont think ill be able to|may not|might not|may not be able to|might not be able to)(?: (?:be able|probably|actually|to))* (?:make|come|attend|do (?:\\d{1,2}(?: \\d\\d)? ?(?:am|pm|a m|p m|oclock)|mornings?|afternoons?|it|that|this|then|today|tomorrow|mon\\w*|tue\\w*|wed\\w*|thu\\w*|fri\\w*|the)|get there|be there|keep|be in|show up|go)(?! (?:to the (?:bathroom|gym|link)|a copy))',
  '(?:that|this|the|my) (?:time|day|date|appointment|appt|slot) (?:doesnt|does not|wont|will not|isnt going to) work',
  '(?:doesnt|does not|dont|wont|isnt|not) (?:work(?:s|ing)?|a good time|good)(?: (?:for me|for us|anymore|now|that day|out|with my))|(?:something|things) (?:came|has come|come) up|have a conflict|schedul(?:e|ing) conflict|double booked',
  'no (?:puedo|podre|voy a poder|podria|voy a)(?: \\S+){0,1} ?(?:ir|asistir|llegar|venir|acudir|presentarme|hacerlo)|no (?:puedo|podre) (?:ese|esa|el|la|manana|hoy|a esa|en ese)(?: \\S+)?|me surgio|se me complico|no me queda bien|no me funciona|tengo un conflicto|no alcanzo|no (?:voy a|podre) (?:alcanzar|lograr)',
);

/** Asks to cancel the visit. */
const CANCEL_VISIT_PHRASES = phrases(
  `(?:cance?l\\w{0,5}|cancle|cansel|cancer|call off|drop) (?:out )?${MY_VISIT}`,
  `(?:cance?l\\w{0,5}|cancle|cansel) (?:(?:my|our|his|her|the|this|that|todays|tomorrows|next|physical|\\S{2,12}s) ){0,3}(?:${VISIT}|pt|therapy|physio|evaluation|eval|follow up|treatment)`,
  `(?:cance?l\\w{0,5}|cancle|cansel) (?:me|us|him|her|them) (?:out |off )?(?:(?:for|on|this) )*(?:${DAY}|out|week|\\d)|(?:scratch|scrap|nix|canx|cxl|cncl) (?:my|the|our|this|his|her) (?:${VISIT})|call(?:ing)? (?:it|this|that) off|cance?l (?:please|pls|plz)$|cance?l (?:my|the|our|his|her|todays|tomorrows) \\d{1,2}(?: \\d\\d)?(?= (?:for|on|today|tomorrow|with|please|am|pm|a m|p m)|$)|(?:wont|will not|dont|do not) (?:be )?need(?:ing)? (?:the|my|this|that|our) (?:appointment|appt|visit)`,
  '(?:please|pls|plz|porfa|gotta) (?:just )?(?:cance?l|cancle|cansel|canc[ae]l(?:e|en))',
  '(?:take|get|pull) (?:\\S+ ){1,3}off (?:of )?(?:(?:the|your|my|tomorrows|\\w+days) )+(?:books?|schedule|calendar)|(?:give|let) (?:\\S+ ){1,3}(?:slot|spot|time|appointment|appt) (?:\\S+ )?to (?:somebody|someone|anybody|anyone|another)',
  `(?:need|have|want|would like|like|wish|going|gonna|got|can|could|may|must|please|should|trying|id like|lets|how do|will|prefer|rather|wanna) (?:i |to |you |we |like to |please |go ahead and |just )*(?:cance?l(?:l?ing)?|cancle|cansel)`,
  '(?:cancel|canceling|cancelling) (?:please )?(?:im|i|because|since|as|due|were|we|not|cuz|bc|sorry|can t|cant|got|wont|no longer)(?: \\S+)?|(?:im|i am|were|we are|am|we re|i m) (?:cancell?ing|not (?:coming|going|attending))|not coming|wont be coming|no longer (?:need|coming|want|able|required)(?: \\S+)*|dont need (?:the|my|this|an) (?:appointment|appt|visit)|cancell?ation please|(?:appointment|appt|visit|cita) (?:cancel|cancellation|cancelacion|cancelar)|please cancel',
  '(?:cancelar|cancele|cancelen|cancela|cancelo|cancelame|cancelenme|cancelemos|cancelarla|cancelala|cancelen|anular|anulen|anule|anula|anulo|anularla|eliminar|borrar) (?:por favor )?(?:(?:mi|la|el|esta|esa|las|mis|nuestra|de|del|para|una) )*(?:cita|citas|consulta|visita|turno|sesion|(?:fisio)?terapia|hora|reserva|hoy|manana|lunes|martes|miercoles|jueves|viernes|sabado)',
  '(?:quiero|necesito|quisiera|deseo|puedo|pueden|podria|podrian|puede|tengo que|voy a|favor de|me gustaria|hay que) (?:\\S+ )?(?:cancelar(?:la)?|anular(?:la)?)|(?:cancel|anul)(?:ar|e|en|a|eme|enme|ame)l[ao]s?|no voy (?:a ir|a asistir|a llegar|ir)|ya no (?:voy|ire|necesito la cita|quiero la cita)|no ire|no asistire',
);

/** Names the visit's end without asking for it: a question, a policy, or "don't". Taken out before the lists above are asked. */
const NOT_A_CANCELLATION = new RegExp(
  phrases(
    '(?:dont|do not|don t|never|not|no need to|didnt|did not|didn t|wont|please dont|never said|no(?! (?:please|pls|plz|por favor))|cant|havent|without|rather not|hope you dont|no quiero|no quise|no voy a|no necesito|no me|nunca) (?:(?:want|mean|have|need|going|trying|asking|like|wish|plan|planning|you|to|it|i|please|me|my|the|que) ){0,4}(?:cancel\\w*|cancelar\\w*|cancelen|anul\\w*|re ?sched\\w*|reagend\\w*|reprogram\\w*|move|postpone|change|cambi\\w*|mov\\w*)(?: (?:my|the|it|that|this|anything|mi|la|las|me|visit|appointment|appt|appointments|cita|time))*',
    'cancel\\w* (?:policy|fee|fees|charge|charges)',
    '(?:cancellation|late cancel|no show) (?:policy|fee|charge)',
    '(?:did|have|has|why|who) (?:you|they|he|she|u|yall|anyone|someone|the \\S+)? ?(?:just )?(?:cancel\\w*|re ?schedul\\w*|mov(?:e|ed)|chang(?:e|ed))',
    '(?:did|was|is|has|have|why|were|are|who|if|when) (?:\\S+ ){0,4}(?:cancell?ed|rescheduled|moved|changed)',
    'stop (?:cancell?ing|changing|moving|rescheduling)(?: \\S+){0,2}',
    '(?:got|been|was|were|is|are) (?:cancell?ed|rescheduled|moved)',
    '(?:fue|esta|estan|era) (?:cancelad[oa]|reprogramad[oa]|cambiad[oa])',
    '(?:did|why did|who) (?:\\S+ ){1,3}cancel\\w*(?: (?:my|the|our|his|her))*',
    '(?:did|have|has) (?:you|u) (?:guys|all|people|folks) (?:\\S+ )?(?:cancel\\w*|re ?schedul\\w*|move|change)',
    '(?:do|does) (?:you|u|they|yall|people|the clinic|your office)(?: (?:guys|ever|always|usually|often|normally|sometimes|have to|need to))* (?:cancel|re ?schedule|move|change)(?! (?:my|it|mine|this|that|the|our|his|her))',
    '(?:if|when|late) (?:i|we|you|u|one|someone|somebody|people|can i|may i|do i) (?:(?:just|do|have|had|need|needed|want|wanted|ever|must|to|not) ){0,3}(?:cancel|re ?schedule|change|move)(?: (?:my|it|the|our))*',
    '(?:si|cuando) (?:yo |uno |se |lo |la )?(?:cancel[oa]|tengo que cancelar|necesito cancelar|quiero cancelar)',
    '(?:chang(?:e|ing)|mov(?:e|ing)|switch(?:ing)?) (?:my|the|his|her) (?:dressings?|bandages?|brace|cast|insurance|address|(?:phone )?number|phone|email|pharmacy|doctor|therapist|provider|meds?|medications?|dose|diet|name|exercises?|routine|shoes?|pillow|plan|arms?|legs?|neck|back|knees?|shoulders?|hips?|hands?|fingers?|toes?|feet|foot|ankles?|wrists?|head|car)(?! (?:appointment|appt|visit|session|follow))',
    'should (?:i|we) (?:just |still |have to |need to )?(?:cancel|re ?schedule)(?: (?:my|the|it|our))*|move up to (?!(?:the|an?|my|earlier|\\d)|(?:mon|tues|wednes|thurs|fri|satur|sun)day|today|tomorrow)\\S+',
    'quien(?:es)? (?:me |nos |la )?(?:cancel|cambi|movi|reprogram)\\w+(?: (?:mi|la|su|nuestra) cita)?|(?:cancel|anul|reagend|reprogram|cambi)(?:aron|aste|asteis)|movieron|(?:fui|fuiste|fueron|fue) (?:yo|ustedes|usted|el|ella) (?:quien|que|quienes|los que) cancel\\w*',
    'cance?l\\w* (?:(?:my|our|his|her|the|a|this|that|mi|la|el|su|de) )*(?:\\S+ )?(?:membership|gym|insurance|policy|subscription|plan|coverage|order|credit card|card|autopay|auto pay|payments?|claim|prescription|refill|rx|meds?|medication|referral|surgery|flight|trip|check|membresia|gimnasio|seguro|poliza|suscripcion|tarjeta|pagos?|receta|medicina|cirugia|vuelo)',
  ).source,
  'g',
);

const REFUSAL =
  /^\W*(?:(?:sorry|hi|hello|hola|lo siento|perdon)\W+)?(?:no|nope|nah|no thanks|no thank you|no gracias|(?:i )?can['’]?t|no puedo)\s*[,.;!:…–—-]+/i;
/** What stands after a no of its own ("No, cancel it"): it is no "not" to what follows. */
export const afterRefusal = (raw: string): string => raw.replace(REFUSAL, ' ');

/** What folded words want of the visit: another time, its end, or that they cannot come and leave open which. */
export const visitWishOf = (folded: string): 'move' | 'cancel' | 'cannot-come' | undefined => {
  const claims = folded.replace(NOT_A_CANCELLATION, '|');
  if (RESCHEDULE_PHRASES.test(claims)) return 'move';
  if (CANCEL_VISIT_PHRASES.test(claims)) return 'cancel';
  return CANNOT_COME_PHRASES.test(claims) ? 'cannot-come' : undefined;
};

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
