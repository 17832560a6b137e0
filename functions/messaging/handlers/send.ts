import { systemClock } from '../../platform/clock.ts';
import { queueHandler } from '../../platform/queue.ts';
import { parseRef } from '../sending/hint.ts';
import { sendText } from '../sending/send.ts';

export const handler = queueHandler('send', (record) =>
  sendText(parseRef(record.body), { now: systemClock.now(), requestId: record.messageId }),
);
