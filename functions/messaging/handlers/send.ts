import { systemClock } from '../../platform/clock.ts';
import { queueHandler } from '../../platform/queue.ts';
import { parseRef } from '../hint.ts';
import { sendText } from '../send.ts';

export const handler = queueHandler('send', (record) =>
  sendText(parseRef(record.body), { now: systemClock.now(), requestId: record.messageId }),
);
