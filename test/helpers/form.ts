import type { Answers } from '../../functions/intake/core/form.ts';

/** The pre-visit form of a patient with back pain and no red flag: every required answer, nothing a human must see today. */
export const healthyAnswers = {
  'bladder-bowel': false,
  'saddle-numbness': false,
  'both-legs': false,
  weakness: 'none',
  injury: 'none',
  'fragile-bones': false,
  fever: 'none',
  cancer: false,
  chest: false,
  'sudden-severe': false,
  'pain-now': 4,
  'pain-place': 'lower-back',
  'pain-since': 'under-6-weeks',
} as const satisfies Answers;
