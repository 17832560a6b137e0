import { Entity } from 'dynamodb-toolbox/entity';
import { item, number, string } from 'dynamodb-toolbox/schema';
import { sha256 } from '../ids.ts';
import { create, get, recordsTable, type TransactItem } from './records.ts';

/** How long a POST may be repeated under its key: 24 hours, as clients' retries and offline queues need. */
const keepSeconds = 24 * 3600;

/**
 * The answer given to a POST, written in the same transaction as what it did, so that a repeat can neither do it
 * again nor find half of it. A technical item: it expires, and the audit stream leaves it out.
 */
const IdempotencyEntity = new Entity({
  name: 'Idempotency',
  table: recordsTable,
  timestamps: false,
  schema: item({
    clinicId: string().key(),
    keyHash: string().key(),
    bodyHash: string(),
    status: number(),
    answer: string(),
    expiresAtEpochSeconds: number(),
  }),
  computeKey: ({ clinicId, keyHash }) => ({ pk: `clinic#${clinicId}#idempotency#${keyHash}`, sk: 'idempotency' }),
});

/** A request's Idempotency-Key, tied to the clinic, caller and route that used it. */
export interface IdempotencyKey {
  readonly clinicId: string;
  readonly keyHash: string;
  readonly bodyHash: string;
}

/** Derives the stored key. The same key sent by another caller, or to another route, is another key. */
export const idempotencyKey = (
  clinicId: string,
  scope: { readonly actorId: string; readonly route: string; readonly key: string; readonly body: string },
): IdempotencyKey => ({
  clinicId,
  keyHash: sha256(JSON.stringify([scope.actorId, scope.route, scope.key])),
  bodyHash: sha256(scope.body),
});

/** The item that remembers an answer; fails the transaction if the key was used before. */
export const rememberAnswer = (
  key: IdempotencyKey,
  answer: { readonly status: number; readonly body: unknown },
  nowEpochSeconds: number,
): TransactItem =>
  create(IdempotencyEntity, {
    ...key,
    status: answer.status,
    answer: JSON.stringify(answer.body ?? null),
    expiresAtEpochSeconds: nowEpochSeconds + keepSeconds,
  });

/** The answer given earlier under this key, or 'mismatch' when the key was used for another body. */
export const recallAnswer = async (
  key: IdempotencyKey,
  nowEpochSeconds: number,
): Promise<{ readonly status: number; readonly body: unknown } | 'mismatch' | undefined> => {
  const stored = await get(IdempotencyEntity, { clinicId: key.clinicId, keyHash: key.keyHash });
  // Expiry is judged here: the table's own deletion may run days late.
  if (stored === undefined || stored.expiresAtEpochSeconds <= nowEpochSeconds) return undefined;
  if (stored.bodyHash !== key.bodyHash) return 'mismatch';
  return { status: stored.status, body: JSON.parse(stored.answer) };
};
