import { Temporal } from 'temporal-polyfill';
import { formatVisitTime, type Language } from './templates.ts';

export interface ReminderMail {
  readonly clinic: { readonly brand: string; readonly phone: string };
  readonly sender: string;
  readonly to: string;
  /** Makes the message's id and parts unlike any other's; ids only. */
  readonly messageId: string;
  readonly start: string;
  readonly zone: string;
  readonly language: Language;
  readonly isConfirmed: boolean;
  /** Opens the visit: to confirm, move or cancel it. */
  readonly link: string;
  /** Where one request ends these e-mails. */
  readonly stopLink: string;
}

const WORDS = {
  en: {
    subject: 'your visit',
    when: (time: string) => `Your visit is on ${time}.`,
    ask: 'Confirm, move or cancel it here:',
    look: 'See, move or cancel it here:',
    call: (phone: string) => `Questions? Call ${phone}. Nobody reads answers to this e-mail.`,
    why: 'You get this because our text to your phone did not arrive.',
    stop: 'To get no more of these e-mails:',
  },
  es: {
    subject: 'su visita',
    when: (time: string) => `Su visita es el ${time}.`,
    ask: 'Confírmela, cámbiela o cancélela aquí:',
    look: 'Véala, cámbiela o cancélela aquí:',
    call: (phone: string) => `¿Preguntas? Llame al ${phone}. Nadie lee las respuestas a este correo.`,
    why: 'Recibe este correo porque nuestro mensaje a su teléfono no llegó.',
    stop: 'Para no recibir más estos correos:',
  },
} as const satisfies Record<Language, unknown>;

/**
 * The e-mail in the place of a reminder (RFC 5322), with one-click unsubscription (RFC 8058). It says no more than the text does: the
 * clinic's brand and number, the time, a link; the subject not even the time.
 *
 * The link opens a page with a button: programs that look into e-mail for their readers follow links, and must not confirm a visit.
 */
export const reminderMail = (mail: ReminderMail): string => {
  const { clinic, sender, to, start, zone, language, isConfirmed, link, stopLink } = mail;
  const words = WORDS[language];
  const time = formatVisitTime(Temporal.Instant.from(start), zone, language);
  const lines = [
    clinic.brand,
    '',
    words.when(time),
    '',
    isConfirmed ? words.look : words.ask,
    link,
    '',
    words.call(clinic.phone),
    '',
    words.why,
    words.stop,
    stopLink,
    '',
  ];
  return [
    `From: ${encodedWord(clinic.brand)} <${sender}>`,
    `To: ${to}`,
    `Subject: ${encodedWord(`${clinic.brand}: ${words.subject}`)}`,
    `Message-ID: <${mail.messageId.replaceAll('#', '.')}@${sender.slice(sender.lastIndexOf('@') + 1)}>`,
    `List-Unsubscribe: <${stopLink}>`,
    'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
    'MIME-Version: 1.0',
    'Auto-Submitted: auto-generated',
    `Content-Language: ${language}`,
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    ...(base64(lines.join('\r\n')).match(/.{1,76}/g) ?? []),
    '',
  ].join('\r\n');
};

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

/** Text for a header (RFC 2047): encoded whole, so that no character in it can begin another header. */
const encodedWord = (text: string): string => `=?UTF-8?B?${base64(text)}?=`;
