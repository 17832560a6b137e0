import { workerData } from 'node:worker_threads';
import { Temporal } from 'temporal-polyfill';
import { sendText } from '../../functions/messaging/sending/send.ts';
import type { MessageRef } from '../../functions/messaging/store.ts';
import { sharingReads } from '../../functions/platform/store/records.ts';

/** A process that sends: batches of ten as the queue hands them over, five at a time. */
const batchSize = 10;
const lanes = 5;

const { refs, now }: { readonly refs: readonly MessageRef[]; readonly now: string } = workerData;
const at = { now: Temporal.Instant.from(now), requestId: 'bench' };

let next = 0;
const lane = async (): Promise<void> => {
  while (next < refs.length) {
    const batch = refs.slice(next, next + batchSize);
    next += batchSize;
    await sharingReads(() => Promise.all(batch.map((ref) => sendText(ref, at))));
  }
};
await Promise.all(Array.from({ length: lanes }, lane));
