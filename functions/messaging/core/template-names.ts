import type { ConsentCategory } from './consent.ts';

/** Every text this product sends, by name: apart from their words, which few functions need to carry. */
export const TEMPLATE_NAMES = [
  'confirmation',
  'confirmation-series',
  'reminder-72h',
  'reminder-24h',
  'reminder-confirmed',
  'video-link',
  'moved',
  'choose-another',
  'cancelled',
  'cancelled-by-clinic',
  'cancelled-series',
  'waiting-offer',
  'check-in-48h',
  'exercise-week',
  'recall',
  'reply-confirmed',
  'reply-reschedule',
  'reply-cancel-visit',
  'reply-pain-answer',
  'reply-exercise-answer',
  'reply-which-visit',
  'reply-which-text',
  'reply-help',
  'reply-opt-out',
  'reply-opt-out-kind',
  'reply-opt-out-visit-stands',
  'reply-opt-out-kind-visit-stands',
  'reply-opt-in',
  'reply-red-flag',
  'reply-unknown',
  'reply-after-hours',
  'phone-code',
  'on-call-alert',
] as const;
export type TemplateName = (typeof TEMPLATE_NAMES)[number];

/** What a text asks its reader. */
export type Asks = 'confirm' | 'pain' | 'exercise';

const asksByTemplate: ReadonlyMap<string, Asks> = new Map<TemplateName, Asks>([
  ['reminder-72h', 'confirm'],
  ['reminder-24h', 'confirm'],
  ['moved', 'confirm'],
  ['check-in-48h', 'pain'],
  ['exercise-week', 'exercise'],
]);

/** What texts made of a template ask, if anything: what opens a question in the thread, and what answers are counted for. */
export const asksOf = (template: string): Asks | undefined => asksByTemplate.get(template);

export type TextCategory = Extract<ConsentCategory, 'treatment' | 'marketing'>;

/**
 * Which agreement a text needs. To ask somebody back whom nobody has called is read as marketing, though some would read it as care: the
 * cautious reading.
 */
export const categoryOf = (template: string): TextCategory => (template === 'recall' ? 'marketing' : 'treatment');
