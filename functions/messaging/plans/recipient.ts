import type { Patient } from '../../intake/patients.ts';
import { plausibleZones } from '../core/plausible-zones.ts';
import type { MessagingSettings } from '../core/settings.ts';
import { type TextingWindow, treatmentWindow } from '../core/texting-window.ts';

/** When a number may be texted unasked: by day wherever one of its patients is, or, if nobody knows, where it may be. */
export const recipientOf = (
  patients: readonly Pick<Patient, 'zone'>[],
  phone: string,
  settings: Pick<MessagingSettings, 'textingHours'>,
): { readonly zones: readonly string[]; readonly window: TextingWindow } => ({
  zones: patients.length === 0 ? plausibleZones(phone) : [...new Set(patients.map(({ zone }) => zone))],
  window: treatmentWindow(settings),
});
