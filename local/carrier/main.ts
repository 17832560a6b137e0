import { parseArgs } from 'node:util';
import { startCarrier } from './server.ts';

const help = `Runs the carrier simulator alone, with its phone page.

  node local/carrier/main.ts [--port 8701] [--endpoint http://127.0.0.1:8702]
      [--delivery-topic <arn> --inbound-topic <arn>] [--state <file>]

Point an SMS client at it with AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2=http://127.0.0.1:8701.`;

try {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8701' },
      endpoint: { type: 'string', default: 'http://127.0.0.1:8702' },
      'delivery-topic': { type: 'string' },
      'inbound-topic': { type: 'string' },
      state: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    console.log(help);
  } else {
    const { 'delivery-topic': deliveryEvents, 'inbound-topic': inbound } = values;
    const carrier = await startCarrier({
      port: Number(values.port),
      endpoint: values.endpoint,
      topics: deliveryEvents === undefined || inbound === undefined ? undefined : { deliveryEvents, inbound },
      stateFile: values.state,
    });
    console.log(`Carrier and phone page: ${carrier.url}`);
    const stop = () => void carrier.close();
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
