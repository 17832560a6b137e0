import * as z from 'zod';
import { defineRoute } from '../../platform/http/contract.ts';
import { id, line } from '../../platform/http/schemas.ts';
import { maxPictureBytes } from '../core/picture.ts';

const pictureView = z.strictObject({
  id: id('picture'),
  title: z.string(),
  type: z.enum(['image/gif', 'image/jpeg', 'image/png']).meta({ description: "By the file's own bytes" }),
  bytes: z.number().int(),
  status: z.enum(['active', 'retired']),
  rev: z.number().int(),
});

export const pictureRoutes = [
  defineRoute({
    name: 'listExercisePictures',
    method: 'GET',
    path: '/v1/exercise-pictures',
    access: 'messaging:read',
    summary: 'The pictures that exercise nudges may take along, by title',
    reply: { status: 200, body: z.strictObject({ items: z.array(pictureView) }) },
  }),
  defineRoute({
    name: 'addExercisePicture',
    method: 'POST',
    path: '/v1/exercise-pictures',
    access: 'messaging:write',
    summary: 'Add a GIF, JPEG or PNG file of at most 2 MB; a step of a plan names it with pictureId',
    body: z.strictObject({
      title: line(80).meta({ description: 'For staff; patients do not see it' }),
      base64: z
        .string()
        .min(1, { error: 'Must not be empty' })
        .max(Math.ceil(maxPictureBytes / 3) * 4, { error: `Expected a file of at most ${maxPictureBytes} bytes` })
        .meta({ description: 'The file in base64, without line breaks' }),
    }),
    // More than the file may have, so that who sends too large a one is told by the field; less than the 6 MB that Lambda takes.
    maxBodyBytes: 5_000_000,
    reply: { status: 201, body: pictureView },
  }),
  defineRoute({
    name: 'retireExercisePicture',
    method: 'POST',
    path: '/v1/exercise-pictures/{pictureId}/retire',
    access: 'messaging:write',
    summary: 'Take a picture back: from the next text on the words go without it',
    params: z.strictObject({ pictureId: id('picture') }),
    ifMatch: true,
    reply: { status: 200, body: pictureView },
    errors: ['not-found', 'invalid-state'],
  }),
] as const;
