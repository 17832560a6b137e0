import { phrases } from './reply-words.ts';

/** What patients want of a visit, in words: another time, its end, or not to come; English and Spanish, folded. */

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

type VisitWish = 'move' | 'cancel' | 'cannot-come';

/** What folded words want of the visit: another time, its end, or that they cannot come and leave open which. */
export const visitWishOf = (folded: string): VisitWish | undefined =>
  // Few texts hold a wish at all: only of those is asked whether it is none.
  wishIn(folded) === undefined ? undefined : wishIn(folded.replace(NOT_A_CANCELLATION, '|'));

const wishIn = (words: string): VisitWish | undefined => {
  if (RESCHEDULE_PHRASES.test(words)) return 'move';
  if (CANCEL_VISIT_PHRASES.test(words)) return 'cancel';
  return CANNOT_COME_PHRASES.test(words) ? 'cannot-come' : undefined;
};
