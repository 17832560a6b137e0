/** The words a patient agrees to on the clinic's own booking page. Raise the version with every change of the words. */
export const bookingConsent = (clinicName: string): { readonly wording: string; readonly wordingVersion: string } => ({
  wording: `I agree that ${clinicName} texts me about my visits and my care. Message frequency varies. Message and data rates may apply. Reply STOP to stop, HELP for help.`,
  wordingVersion: 'booking-page-2026-11-22',
});
