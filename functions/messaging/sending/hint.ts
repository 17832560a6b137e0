import * as z from 'zod';
import { type Id, idPattern } from '../../platform/ids.ts';
import { type MessageRef, messageKeyOf } from '../store.ts';

/** A message on the send queue: ids, nothing about anybody. */
const refSchema = z.strictObject({
  clinicId: z.string().regex(idPattern('clinic')),
  messageId: z.string().refine((value) => messageKeyOf(value) !== undefined),
});

/** Reads what `enqueue` (dispatch.ts) wrote. @throws when it is anything else */
export const parseRef = (body: string): MessageRef => {
  const { clinicId, messageId } = refSchema.parse(JSON.parse(body));
  return { clinicId: clinicId as Id<'clinic'>, messageId };
};
