import * as z from 'zod';
import type { ChainRef, Entry } from './core/chain.ts';
import { entryKeyOf } from './store.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const image = z.record(z.string(), z.unknown());

/** Strict on purpose: an attribute that is not covered by the hash would be a place to write what nobody checks. */
const storedEntry = z.strictObject({
  pk: z.string(),
  sk: z.string(),
  entity: z.literal('AuditEntry'),
  clinicId: z.string(),
  chain: z.string(),
  seq: z.number().int().min(1),
  eventId: z.string(),
  at: z.string(),
  recordedAt: z.string(),
  who: z.strictObject({ kind: z.enum(['staff', 'patient', 'automation', 'system']), id: z.string() }),
  why: z.string().optional(),
  requestId: z.string(),
  record: z.strictObject({ pk: z.string(), sk: z.string(), entity: z.string() }),
  action: z.enum(['created', 'changed', 'removed']),
  before: image.optional(),
  after: image.optional(),
  omitted: z.literal('images').optional(),
  beforeHash: hash.optional(),
  afterHash: hash.optional(),
  prevHash: hash,
  hash,
});

/** Reads an entry as it is stored. Undefined: this is not an entry, or it does not lie where it says it belongs. */
export const parseEntry = (ref: ChainRef, stored: Readonly<Record<string, unknown>>): Entry | undefined => {
  const parsed = storedEntry.safeParse(stored);
  if (!parsed.success) return undefined;
  const { pk, sk, entity: _, ...entry } = parsed.data;
  const key = entryKeyOf(ref, entry.seq);
  return pk === key.pk && sk === key.sk ? entry : undefined;
};
