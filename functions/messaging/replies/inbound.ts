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

/**
 * A number in E.164; RCS leaves out its plus sign. Shorter ones than eleven digits get none: 720 555 0142 without its country
 * code would become a number in Russia, and whoever has that would be answered.
 */
const e164 = (number: string): string | undefined => {
  if (/^\+[1-9]\d{6,14}$/.test(number)) return number;
  return /^[1-9]\d{10,14}$/.test(number) ? `+${number}` : undefined;
};

/** Short codes and names: senders that are no phones, and that nobody answers. */
const isNoPhone = (sender: string): boolean => /^\d{3,6}$/.test(sender) || /[A-Za-z]/.test(sender);

const eventSchema = z.object({
  originationNumber: z
    .string()
    .min(1)
    .max(64)
    .refine(
      (sender) => e164(sender) !== undefined || isNoPhone(sender),
      'Expected a phone number with its country code',
    ),
  destinationNumber: z
    .string()
    .transform((number, context) => e164(number) ?? context.addIssue('Expected a phone number'))
    .pipe(z.string()),
  messageBody: z.string().max(20_000),
  inboundMessageId: z.string().regex(/^[A-Za-z0-9._:-]{1,128}$/),
});

/** What RCS puts into the body when somebody touches a suggestion, sends a picture or a place, or merely types. */
const rcsSchema = z.object({ type: z.string(), text: z.string().optional() });

/** RCS events in which nobody says anything. Of any other kind without words, the event itself is what a human reads. */
const wordless = /^(?:RCS_)?(?:TYPING|IS_TYPING|READ|DELIVERED|CONVERSATION_STARTED)$/;

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
  if (rcs !== undefined && rcs.text === undefined && wordless.test(rcs.type)) return undefined;
  // Half an emoji is no text that can be stored.
  const body = (rcs?.text ?? messageBody).toWellFormed();
  return { from: e164(originationNumber), to: destinationNumber, body, inboundMessageId };
};
