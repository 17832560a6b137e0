import { systemClock } from '../../platform/clock.ts';
import { streamHandler } from '../../platform/stream.ts';
import { exportCharges } from '../export.ts';

/** Exports a charge line for every visit that is fulfilled or whose facts are corrected. */
export const handler = streamHandler('billing-export', (changes, requestId) =>
  exportCharges(changes, requestId, systemClock.now()),
);
