import * as z from 'zod';

const text = z.object({
  id: z.string(),
  from: z.enum(['clinic', 'patient']),
  body: z.string(),
  parts: z.number(),
  at: z.string(),
  context: z.record(z.string(), z.string()).optional(),
});

/** A text on a phone. */
export type PhoneText = z.output<typeof text>;

const thread = z.object({ messages: z.array(text) });

/** A phone of the carrier simulator, in the hand of a patient or of whoever is on call. */
export interface Phone {
  readonly number: string;
  /** What the clinic has texted to it, oldest first. */
  received(): Promise<readonly PhoneText[]>;
  reply(body: string): Promise<void>;
}

export const phoneAt = (carrierUrl: string, number: string): Phone => {
  const url = `${carrierUrl}/phones/${encodeURIComponent(number)}`;
  const signal = () => AbortSignal.timeout(10_000);
  return {
    number,
    async received() {
      const answer = await fetch(`${url}/messages`, { signal: signal() });
      return thread.parse(await answer.json()).messages.filter(({ from }) => from === 'clinic');
    },
    async reply(body) {
      const answer = await fetch(`${url}/replies`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ body }),
        signal: signal(),
      });
      if (!answer.ok) throw new Error(`The carrier did not take the reply: ${answer.status} ${await answer.text()}`);
    },
  };
};
