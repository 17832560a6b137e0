import { systemClock } from '../../platform/clock.ts';
import { queueHandler, snsMessageOf } from '../../platform/queue.ts';
import { parseReceipt, recordReceipt } from '../sending/receipts.ts';

export const handler = queueHandler('receipts', (record) =>
  recordReceipt(parseReceipt(snsMessageOf(record)), { now: systemClock.now(), requestId: record.messageId }),
);
