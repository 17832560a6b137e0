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
  'stop, stopp, stopall, stop all, stop it, stop this, stop2end, stop to end, stip, stpo, sotp, stp, sto, stopo, stoop, st0p, srop, dtop, atop, syop, stlp, stopt, stop t, stopit, stops, stopstop, ztop, s top, stop 2 end, spot texting, ' +
    'quit, quitt, qiut, quit it, revoke, revoked, i revoke, revok, opt out, optout, opt me out, opted out, opting out, unsubscribe, unsubscribed, unsubscibe, unsubcribe, unsuscribe, unsub, unsubscribe me, ' +
    'arret, remove, remove me, delete me, td, no more, leave me alone, go away, fuck off, piss off, f off, fuck you, not interested, im not interested, wrong number, wrong person, wrong phone, ' +
    'alto, parar, pare, paren, para ya, paren ya, pare ya, deten, detener, detenganse, detente, baja, dar de baja, darme de baja, darse de baja, deme de baja, denme de baja, basta, basta ya, no mas, nomas, ya no mas, ya no, borrar, borrarme, borrenme, eliminar, eliminarme, salir, desuscribir, desuscribirme, cancelar suscripcion, ' +
    'no me interesa, no estoy interesado, no estoy interesada, dejeme en paz, dejenme en paz, numero equivocado, telefono equivocado, persona equivocada, desactivar, suspender',
);

/** Opt-outs only when they are all that was said: with more words they speak of the visit. `para` is a preposition besides. */
const OPT_OUT_ALONE = wordList(
  'cancel, cancle, cancell, cansel, cancel all, end, end all, ende, enough, para, fin, terminar, cancelar, cancela, cancele, cancelen, termina, quitar, quitarme, remover, off, unenroll, unroll me, dnc, do not disturb',
);

/** Those of them that may have meant the visit. */
const OPT_OUT_OR_VISIT = wordList(
  'cancel, cancle, cancell, cansel, cancel all, end, end all, ende, fin, terminar, cancelar, cancela, cancele, cancelen, termina',
);

const HELP = wordList(
  'help, info, ayuda, helpme, hlp, hepl, information, informacion, ayudame, ayudenme, necesito ayuda, i need help, need help, help needed, more info, mas informacion, mas info, que es esto, who is this, who are you, quien es, quien eres, support, commands, menu',
);

const OPT_IN = wordList(
  'start, unstop, un stop, resume, restart, subscribe, resubscribe, opt in, optin, opt me in, opt back in, start again, start texts, begin, iniciar, empezar, comenzar, alta, reanudar, suscribir, suscribirme, reactivar, sign me up, sign me back up',
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
export const isOptInKeyword = (forms: readonly string[]): boolean => isOneOf(OPT_IN, forms);

const TEXTS =
  '(?:te?xt|texts|texting|tx?ts?|te?xt messages?|messages?|mess?[ae]ges?|msgs?|sms|reminders?|notifications?|alerts?|emails?|updates?)';
const TEXTOS = '(?:mensajes?|mensages?|textos?|sms|recordatorios?|notificaciones|avisos?|msj|msjs|mensajitos)';
const NOT =
  '(?:dont|do not|don t|never|no longer|stop|quit|cease|please dont|pls dont|not to|cant you not|wish you wouldnt|wish you would stop)';

/** Phrases in which a reasonable person says "no more texts", wherever they stand in a message. */
export const OPT_OUT_PHRASES = phrases(
  // English
  `(?:stop|quit|cease|end) (?:all |with |sending |getting |receiving |the |these |those |your |me |with the |all the |all these |any |future )*${TEXTS}`,
  '(?:stop|stp|stip|stpo|stopp|quit|cease) (?:t[ex]*t\\w*|messag\\w*|mesag\\w*|msg\\w*|contact\\w*|bother\\w*|spam\\w*|harass\\w*|annoy\\w*|calling|sending)(?! me to)',
  `${NOT} (?:ever |want to |wish to |need to |want you to |keep |like to |care to |start )*(?:te?xt|texting|txt|txting|message|messaging|msg|contact|contacting|bother|spam|remind|reminding)(?:$| (?:me|us|my|this|that|these|anymore|again|any|ever|more|here|please|back))`,
  `${NOT} (?:ever |want to |want you to |keep |like to |start )*(?:send|sending) (?:me |us |any |out )*(?:more|anything|stuff|anymore|again|any|${TEXTS}|these|this|those|that)`,
  `(?:dont|do not|don t|no longer|never) (?:want|need|wish|like|wanna)(?: \\S+){0,5} ${TEXTS}`,
  `no (?:more|mas) (?:of )?(?:these |those |your |this |stupid |automated |auto |damn )*${TEXTS}`,
  `^no ${TEXTS}`,
  '(?:take|get|remove|delete|drop|scratch|cut) (?:me|my (?:number|name|phone|cell|info)|this (?:number|phone)|us)(?: \\S+){0,3} (?:off|from|list)|(?:take|get|remove) me off|remove (?:me|my number|this number)|delete my (?:number|info|information|contact|data)|lose my number|off (?:your|the|this) (?:list|contact list|texting list)',
  'unsubscri\\w*(?: me| this number| us)?|unsubscribe|opt(?:ing|ed)? (?:me |us )?out|optout|i (?:do not|dont|no longer) consent|(?:revoke|withdraw|withdrawing|revoking) (?:my |all )?(?:consent|permission|authorization)|unenroll me|deactivate (?:these|my|this)',
  `(?:cancel|turn off|disable|shut off|discontinue|terminate|mute|block|opt out of) (?:all |the |these |my |your |those |this |of |any |future |receiving |getting )*(?:${TEXTS}|subscription|text service)`,
  'leave me alone|stop bugging me|(?:wrong|not the right|incorrect) (?:number|person|phone)|you have the wrong|this is not (?:his|her|their) (?:number|phone)|not my (?:number|appointment)|no longer (?:has|have|at|her|his|my) (?:this )?number|reported? (?:this |you )?(?:as|for) spam|stop this (?:now|spam|crap|shit)|stop i (?:said|mean)|^(?:yes|yeah|ok|okay|no|nah|si) (?:please |por favor )?(?:stop|unsubscribe|opt out|alto|parar|paren|pare|basta)(?: please| por favor)?$|make it stop texting|please stop(?: (?:it|this|these|them|now))?$|^please stop|i said stop|(?:told|asked) (?:you|u|yall|you all) to (?:stop|quit)(?! by)|^(?:please )?discontinue(?: please)?$|^i want out$|(?:im|i am) (?:so )?done with (?:these|your|the) (?:texts?|messages?|msgs?)|(?:dont|do not) (?:want|wanna|want to|like|like to|wish to) be(?:ing)? (?:texted|messaged|contacted)|^kindly stop$|^(?:please |pls )?no (?:more|further) (?:of )?(?:these|this|those|texts?|messages?|msgs?|txts?)(?: please| pls)?$|(?:dont|do not) (?:want|wanna|want to) (?:get |receive |see |have )?(?:these|those|this) (?:anymore|any more|any longer)|(?:quit|stop) (?:it )?with (?:the|these|your) (?:texts?|messages?|msgs?|txts?)|want (?:this|these|it|them|the texts) to stop|i want to stop (?:getting|receiving|these|the|all|texts)|^(?:i want|id like|i would like) (?:you )?to stop$|how do i (?:stop|opt out|unsubscribe)(?: (?:this|these|texts|getting \\S+|the texts|from this))?$',
  'i (?:never|didnt|did not) (?:sign(?:ed)? up|subscribed?|ask(?:ed)?) (?:for|to) (?:this|these|any of this|your)|(?:isnt|is not|not) \\S+ (?:phone|number|cell)(?: anymore| any more)?$|cease and desist|cease (?:all |any |this |further )*(?:communications?|contact)|how many times (?:\\S+ ){1,8}stop$|^(?:c|r|\\d{1,2}) (?:and |but |please )?stop$|(?:this|it|esto) (?:is|es) spam|^its spam|^spam(?! (?:folder|filter))|reporting (?:this|you)',
  // Spanish
  `(?:no|ya no|nunca) (?:quiero|deseo|necesito|me interesa|kiero|autorizo|me interesan)(?: \\S+){0,4} ${TEXTOS}`,
  'no (?:quiero|deseo) (?:que me (?:escriban|manden|envien|texteen|contacten|molesten|llamen)|recibir(?: mas| nada| esto)?|mas (?:esto|de esto|nada))',
  '(?:ya )?no me (?:manden?|mande|mandes|envien?|envie|envies|escriban?|escriba|escribas|texteen?|textee|textees|contacten?|contacte|molesten?|moleste|molestes|llamen|notifiquen?)(?! (?:la|el) (?:factura|direccion))',
  'no (?:me )?(?:vuelvan?|vuelva|vuelvas) a (?:escribir\\w*|mandar\\w*|enviar\\w*|textear\\w*|contactar\\w*|llamar\\w*|molestar\\w*)',
  `(?:dejen?|deje|deja|dejar|dejeme|dejenme|dejame|paren?|pare|para|parar|eviten?|evite|basta) (?:ya )?(?:de |con )?(?:enviar\\w*|mandar\\w*|escribir\\w*|escribien\\w*|textear\\w*|molestar\\w*|contactar\\w*|llamar\\w*|(?:los |estos |tantos |sus |mas )?${TEXTOS})`,
  `no (?:mas|envien|manden|enviar|mandar) (?:de )?(?:estos |sus |los |mas )?${TEXTOS}`,
  '(?:quiten?(?:me)?|saquen?(?:me)?|borren?(?:me)?|eliminen?(?:me)?|quite|saque|borre|elimine|remuevan)(?: (?:mi|este|me|el|de|la|su|esta))* (?:numero|telefono|lista|nombre|datos)|(?:dar|darme|deme|denme|dame|dense|doy) de baja|(?:quit[ae]n?me|saqu?[ae]n?me|borr[ae]n?me|elimin[ae]n?me)',
  `(?:cancelar?|cancelen|cancele|suspender|suspendan|desactivar|desactiven|detener|detengan|terminar|eliminar) (?:la |los |mi |mis |estos |las |todos |sus |el |de )*(?:suscripcion|subscripcion|${TEXTOS})`,
  'no es (?:el |mi |su )?(?:numero|telefono|celular) de \\S+|(?:numero|telefono|persona) (?:equivocad[oa]|incorrect[oa])|se equivoc\\w+ de (?:numero|persona)|(?:retiro|revoco) (?:mi )?(?:consentimiento|permiso|autorizacion)|dejen?me en paz|no doy (?:mi )?(?:consentimiento|permiso)',
);

/** Says that the number is somebody else's. */
export const WRONG_NUMBER = phrases(
  '(?:wrong|not the right|incorrect) (?:number|phone|person|guy|girl|lady|man|woman|patient|cell|contact|one)|^wrong$|not me wrong|you have the wrong|(?:got|have|texted|texting|reached) (?:the )?wrong \\S+|(?:this is|thats|im|i am|it is) not (?:\\S+ ){1,3}(?:number|phone|cell)|not (?:his|her|their|my) (?:number|phone)|(?:isnt|is not|not) \\S+ (?:phone|number|cell)|(?:dont|do not) know (?:any|a|who) \\S+|no longer (?:has|have|at|her|his|my) (?:this )?number|(?:changed|new) (?:phone )?numbers?|(?:this|it) (?:is not|isnt) (?!my )[a-z]+$',
  'no es (?:el |mi |su )?(?:numero|telefono|celular) de \\S+|(?:numero|telefono|persona) (?:equivocad[oa]|incorrect[oa])|se equivoc\\w+(?: de (?:numero|persona))?|ya no (?:tiene|es|usa) (?:este|el|su) (?:numero|telefono|celular)|no conozco a \\S+|no (?:soy|es para mi)|no son para mi',
);

const CONSENT_WORDS = new RegExp(
  `${OPT_OUT_PHRASES.source}(?: (?:me|us|to|my|the|this|these|those|your|number|phone|from|anymore|again|ever|mas|${TEXTS}|${TEXTOS})(?![^ ]))*`,
  'g',
);
/** A folded text without the phrases that end or restore texts. */
export const withoutConsentWords = (folded: string): string =>
  folded.replace(CONSENT_WORDS, ' ').replace(/ +/g, ' ').trim();

/** "Don't stop texting me": the same words with their sense turned round. Taken out before the phrases above are asked. */
export const NOT_AN_OPT_OUT =
  /(?<![^ ])(?:(?:unsubscribe|opt out) from what|(?:dont|do not|never|please dont) (?:take|remove|delete|drop) (?:me|my number) (?:off|from)|(?:dont|do not|don t|never|please dont|didnt|did not|didn t|not|wont|shouldnt|no need to|did i|do i have to(?! (?:say|tell|ask))|without) (?:(?:want|mean|say|ask|wish|need|ever|you|to|me|them|it|trying|going|please|i) ){0,4}(?:stop(?:ping|ped)?|quit|unsubscrib\w*|opt(?:ed|ing)?(?: me)? out|cancel(?:ing|ed)?)(?! (?:and|just) )(?: (?:me|texting|texts|the|my|these|sending|messaging|messages|reminders|text|reminding|getting|receiving|your))*|no (?:paren?|dejen?|deje|deja|pare|cancelen?|quiero parar|detengan)(?: (?:de|los|mis|enviar\w*|mandar\w*|escribir\w*|mensajes|recordatorios|la|mi|cita))*)(?![^ ])/g;

/** A request to be texted again that also denies something is read by a human: consent is never guessed. */
export const DENIES = phrases('no|not|dont|don t|never|nunca|ni|sin|without|tampoco');

/** A request in words to be texted again. */
export const OPT_IN_PHRASES = phrases(
  `(?:start|resume|restart|begin) (?:sending |getting |receiving |me |the |my |texting |with )*(?:texting|messaging|${TEXTS})(?: me)?(?: again)?`,
  '(?:text|message) me again|(?:sign|opt|add) me (?:back )?(?:up|in|on)|resubscribe me|subscribe me|want (?:the |my |your )?(?:texts|messages|reminders) (?:back|again)|i want to opt (?:back )?in|turn (?:the |my )?(?:texts|reminders|messages) (?:back )?on',
  '(?:vuelvan?|vuelva|empiecen|empiece|reanuden?) a (?:enviar\\w*|mandar\\w*|escribir\\w*)|quiero (?:volver a )?recibir (?:los |sus |mis )?(?:mensajes|textos|recordatorios)|reanudar (?:los |mis )?(?:mensajes|textos|recordatorios)',
);

const DAY =
  '(?:mon|tues?|wed|wednes|thur?s?|fri|satur|sun)(?:day)?s?|today|todays|tomorrow|tomorrows|tmrw|tmw|tonight|next week|lunes|martes|miercoles|jueves|viernes|sabado|domingo|manana|hoy';
const VISIT =
  'appointments?|appt|apt|appts|apptmt|appointmnt|apointments?|apointment|appoinment|appointement|app|visits?|sessions?|booking|reservation|slot|consult|consultation|checkup|check up|time|cita|citas|consulta|visita|sesion|turno|reserva';
const MY_VISIT = `(?:(?:my|the|our|this|that|his|her|it|for|on|next|upcoming|mi|la|el|esta|esa|mis|de|del|para|nuestra) )*(?:${VISIT}|${DAY}|\\d{1,2}(?:st|nd|rd|th|am|pm)|it)`;

/** Asks for another time. */
export const RESCHEDULE_PHRASES = phrases(
  're ?sc?h?ed\\w*|resche?dul\\w*|resced\\w*|reshed\\w*|rescheudle|reschdule|rebook|re book|re schedule',
  `(?:move|change|switch|push|shift|swap|bump|postpone|delay|adjust|modify|mover|cambiar|cambio|cambie|cambiarla|moverla|posponer|posponerla|aplazar|aplazarla|recorrer|modificar|pasar) ${MY_VISIT}`,
  '(?:move|push|change|switch|bump) (?:\\S+ ){0,3}(?:back|up|to|out|forward|earlier|later|dates?|times?|days?)|(?:can|could|may|please|need to|want to|like to|have to) (?:\\S+ )?(?:move|postpone|change|switch) (?:it|that|this|to|my)|postpone|reagend\\w*|re agend\\w*|reprogram\\w*|posponer\\w*|aplazar\\w*|cambiarla|cambiar (?:la |de |mi )?(?:hora|fecha|dia|cita)|cambiar$|mover$|cambi(?:en|e|enme|eme) (?:la |el |de |mi )*(?:hora|fecha|dia|cita|horario)',
  '(?:different|another|(?<!every )other|new|better|later|earlier|sooner|alternate) (?:day|time|date|slot|appointment|appt|opening|hour)|some ?other (?:day|time)|(?:otra|otro|diferente|nueva|nuevo|distint[oa]) (?:hora|dia|fecha|horario|cita|semana)|(?:mas (?:tarde|temprano)|otro dia|otra hora|otra fecha|dia diferente)',
  `(?:can|could|may|is it possible|possible|would|do you have|any chance) (?:\\S+ ){0,6}(?:instead|(?:earlier|later|sooner)(?! (?:today )?(?:call|than)))|(?:${DAY}) instead|instead of (?:${DAY})|come (?:in )?(?:earlier|later|another|a different)|(?:en vez|en lugar) de`,
);

/** Cannot come, and has not said whether to move or to cancel: gets the link that does either. */
export const CANNOT_COME_PHRASES = phrases(
  '(?:cant|cannot|can not|can t|wont|won t|will not|not going to|not gonna|unable to|not able to|wont be able to|will not be able to|not be able to|couldnt|dont think i can|dont think ill be able to|may not|might not|may not be able to|might not be able to)(?: (?:be able|probably|actually|to))* (?:make|come|attend|do (?:it|that|this|then|today|tomorrow|mon\\w*|tue\\w*|wed\\w*|thu\\w*|fri\\w*|the)|get there|be there|keep|be in|show up|go)(?! (?:to the (?:bathroom|gym|link)|a copy))',
  '(?:that|this|the|my) (?:time|day|date|appointment|appt|slot) (?:doesnt|does not|wont|will not|isnt going to) work',
  '(?:doesnt|does not|dont|wont|isnt|not) (?:work(?:s|ing)?|a good time|good)(?: (?:for me|for us|anymore|now|that day|out|with my))|(?:something|things) (?:came|has come|come) up|have a conflict|schedul(?:e|ing) conflict|double booked',
  'no (?:puedo|podre|voy a poder|podria|voy a)(?: \\S+){0,1} ?(?:ir|asistir|llegar|venir|acudir|presentarme|hacerlo)|no (?:puedo|podre) (?:ese|esa|el|la|manana|hoy|a esa|en ese)(?: \\S+)?|me surgio|se me complico|no me queda bien|no me funciona|tengo un conflicto|no alcanzo',
);

/** Asks to cancel the visit. */
export const CANCEL_VISIT_PHRASES = phrases(
  `(?:cance?l\\w{0,5}|cancle|cansel|cancer|call off|drop) (?:out )?${MY_VISIT}`,
  `(?:need|have|want|would like|like|wish|going|gonna|got|can|could|may|must|please|should|trying|id like|lets|how do|will|prefer|rather|wanna) (?:i |to |you |we |like to |please |go ahead and |just )*(?:cance?l(?:l?ing)?|cancle|cansel)`,
  '(?:cancel|canceling|cancelling) (?:please )?(?:im|i|because|since|as|due|were|we|not|cuz|bc|sorry|can t|cant|got|wont|no longer)(?: \\S+)?|(?:im|i am|were|we are|am|we re|i m) (?:cancell?ing|not (?:coming|going|attending))|not coming|wont be coming|no longer (?:need|coming|want|able|required)(?: \\S+)*|dont need (?:the|my|this|an) (?:appointment|appt|visit)|cancell?ation please|(?:appointment|appt|visit|cita) (?:cancel|cancellation|cancelacion|cancelar)|please cancel',
  '(?:cancelar|cancele|cancelen|cancela|cancelo|cancelame|cancelenme|cancelemos|cancelarla|cancelala|cancelen|anular|anulen|anule|anula|anulo|anularla|eliminar|borrar) (?:por favor )?(?:(?:mi|la|el|esta|esa|las|mis|nuestra|de|del|para|una) )*(?:cita|citas|consulta|visita|turno|sesion|hora|reserva|hoy|manana|lunes|martes|miercoles|jueves|viernes|sabado)',
  '(?:quiero|necesito|quisiera|deseo|puedo|pueden|podria|podrian|puede|tengo que|voy a|favor de|me gustaria|hay que) (?:\\S+ )?(?:cancelar(?:la)?|anular(?:la)?)|cancelarla|anularla|cancelenla|no voy (?:a ir|a asistir|a llegar|ir)|ya no (?:voy|ire|necesito la cita|quiero la cita)|no ire|no asistire',
);

/** Names the visit's end without asking for it: a question, a policy, or "don't". Taken out before the lists above are asked. */
export const NOT_A_CANCELLATION =
  /(?<![^ ])(?:(?:dont|do not|don t|never|not|no need to|didnt|did not|didn t|wont|please dont|never said|no|cant|havent|without|rather not|hope you dont|no quiero|no quise|no voy a|no necesito|no me|nunca) (?:(?:want|mean|have|need|going|trying|asking|like|wish|plan|planning|you|to|it|i|please|me|my|the|que) ){0,4}(?:cancel\w*|cancelar\w*|cancelen|anul\w*|re ?sched\w*|reagend\w*|reprogram\w*|move|postpone|change|cambi\w*|mov\w*)(?: (?:my|the|it|that|this|anything|mi|la|las|me|visit|appointment|appt|appointments|cita|time))*|cancel\w* (?:policy|fee|fees|charge|charges)|(?:cancellation|late cancel|no show) (?:policy|fee|charge)|(?:did|have|has|why|who) (?:you|they|he|she|u|yall|anyone|someone|the \S+)? ?(?:just )?(?:cancel\w*|re ?schedul\w*|mov(?:e|ed)|chang(?:e|ed))|(?:did|was|is|has|have|why|were|are|who|if|when) (?:\S+ ){0,4}(?:cancell?ed|rescheduled|moved|changed)|stop (?:cancell?ing|changing|moving|rescheduling)(?: \S+){0,2}|(?:got|been|was|were|is|are) (?:cancell?ed|rescheduled|moved)|(?:fue|esta|estan|era) (?:cancelad[oa]|reprogramad[oa]|cambiad[oa]))(?![^ ])/g;

const claimsOf = (folded: string): string => folded.replace(NOT_A_CANCELLATION, '|');
/** Whether folded words cancel the visit. */
export const asksToCancelVisit = (folded: string): boolean => CANCEL_VISIT_PHRASES.test(claimsOf(folded));
/** Whether folded words ask for another time, or say that this one does not work. */
export const asksForAnotherTime = (folded: string): boolean =>
  RESCHEDULE_PHRASES.test(claimsOf(folded)) || CANNOT_COME_PHRASES.test(claimsOf(folded));

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

/** A message that begins with a yes and goes on. */
export const BEGINS_WITH_YES =
  /^(?:c|y|yes|yea|yeah|yep|yup|si|sip|ok|okay|sure|claro|confirm|confirmed|confirmo|confirmado|perfecto|perfect|great|absolutely|definitely)(?: |$)/;
/** Says in a sentence that the visit stands. */
export const SAYS_WILL_COME = phrases(
  '(?:ill|i will|well|we will|will|gonna|going to|i can) (?:\\S+ )?(?:be there|make it|come|attend|see you)(?! (?:late|if|unless|but))',
  '(?:i |we )?confirm(?:ed|ing)? (?:my|the|our|for|appointment|this|that)(?: \\S+)*',
  'see (?:you|u|ya) (?:then|there|soon|tomorrow|at|on|mon\\w*|tue\\w*|wed\\w*|thu\\w*|fri\\w*)|ahi (?:estare|estaremos|nos vemos)|alli (?:estare|estaremos|nos vemos)|nos vemos|confirmo|voy a ir|si voy',
);
/** What makes a yes less than one. */
export const HEDGED = phrases(
  'but|if|unless|maybe|might|probably|not|no|dont|cant|wont|think so|perhaps|depends|unsure|let me check|pero|quizas?|tal vez|a lo mejor|creo|depende|puede que|late|tarde|only|what|when|where|how|who|which|why|que|cuando|donde|como|cual|porque|necesito|need|question|pregunta',
);

/** "R": what our texts offer for another time. */
const RESCHEDULE_WORDS = wordList(
  'r, rr, rr r, r reschedule, 2 reschedule, resched, reschedule, reschedule please, reagendar, reprogramar, cambiar, cambio, mover, r cambiar, move, change',
);
export const isRescheduleKeyword = (forms: readonly string[]): boolean => isOneOf(RESCHEDULE_WORDS, forms);

/** A phone's reaction to one of our texts, which quotes it, "Reply STOP" and all. */
const REACTION =
  /^\s*(?:(?:liked|loved|disliked|emphasized|laughed at|questioned|removed an? \S+ from|reacted .{1,12} to|le (?:gusto|encanto|dio .{1,12} a)|no le gusto|te gusto|enfatizo|se rio de)\s*["“”«'‘]|.{1,4} (?:to|a) ["“«])/iu;
export const isReaction = (raw: string): boolean => REACTION.test(raw.normalize('NFKD').replace(/\p{M}/gu, ''));

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
