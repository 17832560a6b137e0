import { onOurClock, systemClock } from '../../platform/clock.ts';
import { queueHandler, snsMessageOf, snsTimeOf } from '../../platform/queue.ts';
import { inTurn } from '../replies/in-turn.ts';
import { parseInbound } from '../replies/inbound.ts';
import { receiveText } from '../replies/receive.ts';

export const handler = queueHandler('receive', async (record) => {
  const inbound = parseInbound(snsMessageOf(record));
  const published = snsTimeOf(record);
  const saidAt = published && onOurClock(published);
  const receive = () => receiveText(inbound, { now: systemClock.now(), requestId: record.messageId, saidAt });
  // A phone that sends a hundred a second writes to one thread: its texts go one after the other, those of others pass them.
  await inTurn(`${inbound?.to} ${inbound?.from}`, receive);
});
