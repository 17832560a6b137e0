import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';

/** How the mail service answers the next calls. */
export type MailBehaviour = 'accept' | 'reject' | 'throttle' | 'break' | 'hang-up';

const request = z.object({
  FromEmailAddress: z.string(),
  Destination: z.object({ ToAddresses: z.array(z.string()) }),
  Content: z.object({ Raw: z.object({ Data: z.string() }) }),
});

/** What SES would have been asked to send, in order. */
export interface SentMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly message: string;
}

/** A mail service that takes nothing to anybody: it answers as SES does and remembers what it was asked. */
export interface MailService {
  readonly asked: SentMail[];
  behave(behaviour: MailBehaviour): void;
  stop(): Promise<void>;
}

const refusals: Partial<Record<MailBehaviour, [number, string]>> = {
  reject: [400, 'MessageRejected'],
  throttle: [429, 'TooManyRequestsException'],
  break: [500, 'InternalFailure'],
};

/** Starts it and points the mail client of this process at it. */
export const startMailService = async (): Promise<MailService> => {
  const asked: SentMail[] = [];
  let behaviour: MailBehaviour = 'accept';
  const server: Server = createServer((incoming, answer) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { FromEmailAddress, Destination, Content } = request.parse(JSON.parse(Buffer.concat(chunks).toString()));
      asked.push({
        from: FromEmailAddress,
        to: Destination.ToAddresses,
        message: Buffer.from(Content.Raw.Data, 'base64').toString('utf8'),
      });
      const [status, error] = refusals[behaviour] ?? [200, undefined];
      if (behaviour === 'hang-up') return incoming.socket.destroy();
      answer.writeHead(status, { 'content-type': 'application/json', ...(error ? { 'x-amzn-errortype': error } : {}) });
      return answer.end(JSON.stringify(error ? { message: 'no' } : { MessageId: `mail-${asked.length}` }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.env.AWS_ENDPOINT_URL_SESV2 = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    asked,
    behave: (next) => {
      behaviour = next;
    },
    stop: async () => {
      delete process.env.AWS_ENDPOINT_URL_SESV2;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
