import type { TemplateName } from './template-names.ts';

/**
 * Every text this product sends. Data, not code: a template is a string with `{tokens}`, and the tokens are its type.
 *
 * No text holds protected health information: no diagnosis, no reason of the visit, no specialty beyond the clinic's own name, no
 * patient's name, no clinician's. What is private is behind the link. Texts never offer "reply CANCEL": carriers and the FCC read
 * that word as an opt-out. Each is one part of GSM-7 at its longest (`longestText`) where links begin with a domain of the clinic's own of
 * at most 20 letters.
 */
export const ENGLISH = {
  confirmation: "{clinicName}: you're booked {time}. Details: {link} Reply STOP to stop.",
  /** One for all visits of a series. */
  'confirmation-series': '{clinicName}: {count} visits booked, first {time}. {link} Reply STOP to stop.',
  'reminder-72h': '{clinicName}: visit {time}. Reply C to confirm, R to move it. {link}',
  'reminder-24h': '{clinicName}: see you {time}. Reply C to confirm, R to move. {link}',
  /** Either reminder once the patient has confirmed this very time: it asks nothing. */
  'reminder-confirmed': '{clinicName}: see you {time}. Details: {link}',
  /** On the day of a visit by video. */
  'video-link': '{clinicName}: your video visit is {time}. Open it here: {link}',
  moved: '{clinicName}: your visit is now {time}. Reply C to confirm. {link}',
  /** Staff ask; the visit stands until the patient has chosen. */
  'choose-another': '{clinicName}: please choose another time for your visit {time}: {link}',
  cancelled: '{clinicName}: your visit {time} is cancelled. To book another, call {phone}.',
  'cancelled-by-clinic': '{clinicName}: we cancelled your visit {time}. Choose another: {link}',
  /** One for all visits of a series that were still to come. */
  'cancelled-series': '{clinicName}: your {count} visits from {time} on are cancelled. To book again, call {phone}.',
  /** To one person of the waiting list at a time. */
  'waiting-offer': '{clinicName}: {time} is free. It is yours until {until}: {link}',
  'check-in-48h':
    '{clinicName}: on a scale of 0-10, how is your pain today? 0 is none, 10 the worst. Reply with a number. STOP to stop.',
  'exercise-week':
    '{clinicName}: on how many of the last 7 days did you do your home exercises? Reply with a number, 0-7. STOP to stop.',
  /** Half a year after a visit, to who agreed to marketing. Its link is the clinic's own booking page. */
  recall: "{clinicName}: it's been a while since your visit. Book: {link} Reply STOP to stop.",
  'reply-confirmed': "{clinicName}: thank you, you're confirmed for {time}.",
  'reply-reschedule': '{clinicName}: choose another time here: {link}',
  'reply-cancel-visit': '{clinicName}: cancel or move your visit here: {link} or call {phone}.',
  'reply-pain-answer':
    "{clinicName}: thank you, we've noted it. If it gets worse, call {phone}. In an emergency call 911.",
  'reply-exercise-answer': "{clinicName}: thank you, we've noted it. Keep going!",
  /** Two visits of one person are open, and the reply names neither. */
  'reply-which-visit': '{clinicName}: which visit? Reply {options}',
  /** As above where two people may be meant: names our own texts, by when they came, and nobody's visit. */
  'reply-which-text': '{clinicName}: reply which of our texts, by time sent: {options}',
  'reply-help': '{clinicName}: texts about your visits. Help: {phone}. Msg & data rates may apply. Reply STOP to stop.',
  'reply-opt-out': "{clinicName}: you're unsubscribed and will get no more texts. Reply START to get them again.",
  /** Where a STOP ends the kind of text it answers. */
  'reply-opt-out-kind':
    "{clinicName}: you'll get no more texts like the last one. Reply STOP again to get none at all.",
  /** After a bare CANCEL or END, which may have meant the visit. */
  'reply-opt-out-visit-stands':
    "{clinicName}: you're unsubscribed. Your visit still stands: to cancel it call {phone}. To keep texts, reply START.",
  /** The same where a STOP ends the kind of text it answers. */
  'reply-opt-out-kind-visit-stands':
    '{clinicName}: no more texts like the last one. Your visit still stands: to cancel it call {phone}. For no texts at all, reply STOP.',
  'reply-opt-in':
    "{clinicName}: you'll get texts about your visits. Msg frequency varies, data rates may apply. HELP for help, STOP to stop.",
  'reply-red-flag':
    '{clinicName}: if this is an emergency, call 911 or go to the nearest ER now. A clinician has been alerted. Our phone: {phone}',
  'reply-unknown':
    '{clinicName}: thank you, our staff will read this. To talk, call {phone}. In an emergency call 911.',
  /** To who writes when nobody is there. */
  'reply-after-hours':
    "{clinicName}: we're closed now; our staff will read this when we open. Urgent? Call {phone}. In an emergency call 911.",
  /** Asked for on the booking page; the code is nowhere but in the text. */
  'phone-code': '{clinicName}: {code} is your code to book a visit. It is good for 10 minutes. Do not share it.',
  /** To the clinic's own on-call number: the case, never the patient. */
  'on-call-alert': '{clinicName} on call: a case needs you now. {caseId} {link}',
} as const satisfies Readonly<Record<TemplateName, string>>;

/**
 * The same texts in Spanish, of the respectful "usted", written with all accents; they go out in GSM-7, which has ñ and é and not á í ó ú
 * (see `toGsm7`).
 */
export const SPANISH: Readonly<Record<TemplateName, string>> = {
  confirmation: '{clinicName}: tiene cita {time}. Detalles: {link} STOP para salir.',
  'confirmation-series': '{clinicName}: {count} citas, la primera {time}. {link} STOP para salir.',
  'reminder-72h': '{clinicName}: cita {time}. Responda C (confirmar) o R (cambiar). {link}',
  'reminder-24h': '{clinicName}: nos vemos {time}. Responda C (confirmar), R (cambiar) {link}',
  'reminder-confirmed': '{clinicName}: le esperamos {time}. Detalles: {link}',
  'video-link': '{clinicName}: su cita por video es {time}. Ábrala aquí: {link}',
  moved: '{clinicName}: su cita ahora es {time}. Responda C para confirmar. {link}',
  'choose-another': '{clinicName}: por favor elija otra hora para su cita {time}: {link}',
  cancelled: '{clinicName}: su cita {time} queda cancelada. Para otra cita, llame al {phone}.',
  'cancelled-by-clinic': '{clinicName}: tuvimos que cancelar su cita {time}. Elija otra: {link}',
  'cancelled-series': '{clinicName}: sus {count} citas desde {time} quedan canceladas. Para otras, llame al {phone}.',
  'waiting-offer': '{clinicName}: hay lugar {time}. Es suyo hasta {until}: {link}',
  'check-in-48h':
    '{clinicName}: del 0 al 10, ¿cuánto dolor tiene hoy? 0 es nada, 10 lo peor. Responda con un número. STOP para salir.',
  'exercise-week':
    '{clinicName}: ¿cuántos de los últimos 7 días hizo sus ejercicios en casa? Responda con un número, 0-7. STOP para salir.',
  recall: '{clinicName}: hace tiempo de su última cita. Para otra: {link} STOP para salir.',
  'reply-confirmed': '{clinicName}: gracias, su cita {time} está confirmada.',
  'reply-reschedule': '{clinicName}: elija otra hora aquí: {link}',
  'reply-cancel-visit': '{clinicName}: cancele o cambie su cita aquí: {link} o llame al {phone}.',
  'reply-pain-answer':
    '{clinicName}: gracias, lo anotamos. Si empeora, llame al {phone}. En una emergencia llame al 911.',
  'reply-exercise-answer': '{clinicName}: gracias, lo anotamos. ¡Siga así!',
  'reply-which-visit': '{clinicName}: ¿qué cita? Responda {options}',
  'reply-which-text': '{clinicName}: responda a cuál mensaje, por hora: {options}',
  'reply-help':
    '{clinicName}: textos sobre sus citas. Ayuda: {phone}. Pueden aplicarse tarifas de mensajes y datos. Responda STOP para salir.',
  'reply-opt-out': '{clinicName}: no recibirá más textos nuestros. Responda START para recibirlos otra vez.',
  'reply-opt-out-kind':
    '{clinicName}: no recibirá más textos como el último. Responda STOP otra vez para no recibir ninguno.',
  'reply-opt-out-visit-stands':
    '{clinicName}: no recibirá más textos. Su cita sigue en pie: para cancelarla llame al {phone}. Para recibir textos, responda START.',
  'reply-opt-out-kind-visit-stands':
    '{clinicName}: no más textos como el último. Su cita sigue en pie: para cancelarla llame al {phone}. Para no recibir ninguno: STOP.',
  'reply-opt-in':
    '{clinicName}: recibirá textos sobre sus citas. La frecuencia varía; pueden aplicarse tarifas. HELP para ayuda, STOP para salir.',
  'reply-red-flag':
    '{clinicName}: si es una emergencia, llame ya al 911 o vaya a urgencias. Avisamos a un médico. Nuestro teléfono: {phone}',
  'reply-unknown':
    '{clinicName}: gracias, nuestro personal lo leerá. Para hablar, llame al {phone}. En una emergencia llame al 911.',
  'reply-after-hours':
    '{clinicName}: hemos cerrado; lo leeremos al abrir. ¿Es urgente? Llame al {phone}. En una emergencia llame al 911.',
  'phone-code': '{clinicName}: {code} es su código para reservar una cita. Vale 10 minutos. No lo comparta.',
  'on-call-alert': '{clinicName} guardia: un caso le necesita ya. {caseId} {link}',
};
