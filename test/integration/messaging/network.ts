import { afterAll } from 'vitest';
import * as z from 'zod';
import type { Fault } from '../../../local/carrier/faults.ts';
import { startCarrier } from '../../../local/carrier/server.ts';

const sendSchema = z.object({
  id: z.string(),
  phone: z.string(),
  clinicNumber: z.string(),
  body: z.string(),
  mediaUrls: z.array(z.string()).optional(),
  context: z.record(z.string(), z.string()),
  // An MMS has none.
  messageType: z.string().optional(),
  timeToLiveSeconds: z.number().optional(),
});

/** A text that the carrier accepted. */
export type Accepted = z.output<typeof sendSchema>;

/** The carrier simulator, and what it accepted. Topics are not connected: tests deliver receipts and replies themselves. */
export interface Network {
  acceptedFor(phone: string): Promise<readonly Accepted[]>;
  break(...faults: readonly (Pick<Fault, 'kind'> & Readonly<Record<string, unknown>>)[]): Promise<void>;
}

/** Starts it for the test file that calls, whose end is its own. */
export const startNetwork = async (): Promise<Network> => {
  const carrier = await startCarrier({ port: 0, endpoint: process.env.AWS_ENDPOINT_URL ?? '' });
  afterAll(() => carrier.close());
  process.env.AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2 = carrier.url;
  return {
    acceptedFor: async (phone) => {
      const response = await fetch(`${carrier.url}/sends`);
      const { sends } = z.object({ sends: z.array(sendSchema) }).parse(await response.json());
      return sends.filter((text) => text.phone === phone);
    },
    break: async (...faults) => {
      const response = await fetch(`${carrier.url}/faults`, { method: 'PUT', body: JSON.stringify({ faults }) });
      if (!response.ok) throw new Error(await response.text());
    },
  };
};
