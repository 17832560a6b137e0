import { systemClock } from '../../platform/clock.ts';
import { queueHandler } from '../../platform/queue.ts';
import { parseRef } from '../sending/hint.ts';
import { sendText } from '../sending/send.ts';

/** What can wait for its turn: reminders, check-ins, nudges. The same as what `send` does, behind a queue of its own. */
export const handler = queueHandler('send-bulk', (record) =>
  sendText(parseRef(record.body), { now: systemClock.now(), requestId: record.messageId }),
);
