import { systemClock } from '../../platform/clock.ts';
import { queueHandler, snsMessageOf } from '../../platform/queue.ts';
import { inTurn } from '../in-turn.ts';
import { parseInbound } from '../inbound.ts';
import { receiveText } from '../receive.ts';

export const handler = queueHandler('receive', async (record) => {
  const inbound = parseInbound(snsMessageOf(record));
  const receive = () => receiveText(inbound, { now: systemClock.now(), requestId: record.messageId });
  // A phone that sends a hundred a second writes to one thread: its texts go one after the other, those of others pass them.
  await inTurn(`${inbound?.to} ${inbound?.from}`, receive);
});
