import * as z from 'zod';
import type { Fault } from '../../../local/carrier/faults.ts';

const text = z.object({
  id: z.string(),
  onPhone: z.boolean(),
  from: z.enum(['clinic', 'patient']),
  phone: z.string(),
  clinicNumber: z.string(),
  body: z.string(),
  at: z.string(),
  status: z.string(),
  context: z.object({ clinic: z.string(), message: z.string() }).optional(),
});

/** A text as the carrier knows it. `context.message` is the id of the record it was sent for. */
export type CarrierText = z.output<typeof text>;

/** The carrier's control interface. */
export interface CarrierControl {
  /** Everything the carrier accepted from the clinic, whether or not a phone got it. */
  sends(clinicId: string): Promise<readonly CarrierText[]>;
  /** What is on one phone, both directions, oldest first. */
  thread(phone: string): Promise<readonly CarrierText[]>;
  /** What the clinic put on one phone. */
  received(phone: string): Promise<readonly CarrierText[]>;
  phones(): Promise<readonly string[]>;
  reply(phone: string, body: string, to?: string): Promise<void>;
  faults(faults: readonly (Pick<Fault, 'kind'> & Readonly<Record<string, unknown>>)[]): Promise<void>;
}

export const carrierAt = (url: string): CarrierControl => {
  const ask = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await fetch(`${url}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
    return answer.json();
  };
  const thread = async (phone: string) =>
    z.object({ messages: z.array(text) }).parse(await ask('GET', `/phones/${phone}/messages`)).messages;
  return {
    thread,
    async sends(clinicId) {
      const { sends } = z.object({ sends: z.array(text) }).parse(await ask('GET', '/sends'));
      return sends.filter(({ context }) => context?.clinic === clinicId);
    },
    async received(phone) {
      return (await thread(phone)).filter(({ from }) => from === 'clinic');
    },
    async phones() {
      const { phones } = z
        .object({ phones: z.array(z.object({ phone: z.string() })) })
        .parse(await ask('GET', '/phones'));
      return phones.map(({ phone }) => phone);
    },
    async reply(phone, body, to) {
      await ask('POST', `/phones/${phone}/replies`, { body, ...(to === undefined ? {} : { to }) });
    },
    async faults(faults) {
      await ask('PUT', '/faults', { faults });
    },
  };
};

/** The token of the link in a text. */
export const tokenIn = (body: string): string => {
  const token = /\/v\/([A-Za-z0-9_-]{22})(?![A-Za-z0-9_-])/.exec(body)?.[1];
  if (token === undefined) throw new Error('The text has no link');
  return token;
};

/** Ids of texts that the carrier accepted more than once: what must never be. */
export const doubled = (sends: readonly CarrierText[]): readonly string[] => {
  const seen = new Map<string, number>();
  for (const { context } of sends) if (context) seen.set(context.message, (seen.get(context.message) ?? 0) + 1);
  return [...seen].filter(([, count]) => count > 1).map(([id]) => id);
};
