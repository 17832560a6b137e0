/** Exact words somebody agrees to, and their version. */
export interface AgreedWords {
  readonly wording: string;
  readonly wordingVersion: string;
}

/** An agreement to texts about visits and care, in words that hold the warning that texts are not encrypted. */
export interface TextsWords extends AgreedWords {
  readonly warning: AgreedWords;
}

/** Raise the version with every change of the words. */
const warning: AgreedWords = {
  wording: 'Texts are not encrypted: others who see my phone may read them. I want them all the same.',
  wordingVersion: 'warning-2026-11-22',
};

/** The words a patient agrees to on the clinic's own pages. Raise the version with every change of the words. */
export const textsConsent = (clinicName: string): TextsWords => ({
  wording: `I agree that ${clinicName} texts me about my visits and my care. ${warning.wording} Message frequency varies. Message and data rates may apply. Reply STOP to stop, HELP for help.`,
  wordingVersion: 'texts-2026-11-22',
  warning,
});

/** The same for marketing: in writing, the seller named, and no condition of anything (47 CFR 64.1200(f)(9)). */
export const marketingConsent = (clinicName: string): AgreedWords => ({
  wording: `I agree that ${clinicName} sends me automated marketing texts at my number. I need not agree to this to be treated or to buy anything. Message frequency varies. Message and data rates may apply. Reply STOP to stop, HELP for help.`,
  wordingVersion: 'marketing-2026-11-22',
});

/** What a stop on the page of a visit says: the words of its button. What it ends is told beside it. */
export const stopTextsWords: AgreedWords = { wording: 'Stop texts', wordingVersion: 'stop-page-2026-11-22' };
