import { systemClock } from '../../platform/clock.ts';
import { queueHandler, snsMessageOf } from '../../platform/queue.ts';
import { parseInbound } from '../inbound.ts';
import { receiveText } from '../receive.ts';

export const handler = queueHandler('receive', (record) =>
  receiveText(parseInbound(snsMessageOf(record)), { now: systemClock.now(), requestId: record.messageId }),
);
