import * as z from 'zod';
import { line } from '../../platform/http/schemas.ts';

const words = {
  wording: line(600).meta({ description: 'The exact words the patient agreed to' }),
  wordingVersion: line(40),
};

/** An agreement to be texted as a form of the caller's takes it down. */
export const agreementFields = {
  ...words,
  language: z.enum(['en', 'es']).default('en').meta({ description: 'Of the words' }),
};

/** The warning that texts are not encrypted, where the form has it. */
export const warningField = z.strictObject(words).optional().meta({
  description:
    'The warning that texts are not encrypted, in its words, where the form gives it: they prefer texts all the same',
});
