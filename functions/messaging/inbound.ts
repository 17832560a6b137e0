import * as z from 'zod';

/** A text as it arrived at one of the clinic's numbers. */
export interface Inbound {
  /** The sender, E.164; undefined for senders that are not phones (short codes, alphanumeric names). */
  readonly from: string | undefined;
  /** Our number, E.164. */
  readonly to: string;
  readonly body: string;
  /** The carrier's id: the same on each redelivery. */
  readonly inboundMessageId: string;
}

/** RCS leaves out the plus sign. */
const e164 = (number: string): string | undefined => {
  const plain = number.startsWith('+') ? number : `+${number}`;
  return /^\+[1-9]\d{6,14}$/.test(plain) ? plain : undefined;
};

const eventSchema = z.object({
  originationNumber: z.string().min(1).max(64),
  destinationNumber: z
    .string()
    .transform((number, context) => e164(number) ?? context.addIssue('Expected a phone number'))
    .pipe(z.string()),
  messageBody: z.string().max(20_000),
  inboundMessageId: z.string().regex(/^[A-Za-z0-9._:-]{1,128}$/),
});

/** What RCS puts into the body when somebody touches a suggestion, or merely types. */
const rcsSchema = z.object({ type: z.string(), text: z.string().optional() });

const rcsBodyOf = (body: string): z.output<typeof rcsSchema> | undefined => {
  if (!body.startsWith('{')) return undefined;
  try {
    return rcsSchema.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined; // a person who writes braces
  }
};

/**
 * Reads an inbound event of AWS End User Messaging. Undefined when nobody wrote anything (typing notices of RCS).
 * @throws ZodError when it is no such event, which brings it to the dead letters
 */
export const parseInbound = (event: unknown): Inbound | undefined => {
  const { originationNumber, destinationNumber, messageBody, inboundMessageId } = eventSchema.parse(event);
  const rcs = rcsBodyOf(messageBody);
  if (rcs !== undefined && rcs.text === undefined) return undefined;
  return { from: e164(originationNumber), to: destinationNumber, body: rcs?.text ?? messageBody, inboundMessageId };
};
