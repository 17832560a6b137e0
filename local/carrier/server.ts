import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import * as z from 'zod';
import { type FieldError, Problem, problems } from '../../functions/platform/problem.ts';
import { Carrier, type CarrierOptions, type CarrierTopics, type WireOutcome } from './carrier.ts';
import { e164, faultPlan } from './faults.ts';
import { isOnPhone, type Message } from './phones.ts';
import { wireContentType } from './wire.ts';

export interface CarrierServerOptions extends CarrierOptions {
  readonly port: number;
}

/** A running carrier simulator. */
export interface RunningCarrier {
  /** The endpoint of the SMS client, the base of the control interface, and the phone page. */
  readonly url: string;
  /** Tells it the clinic's topics, once the stacks are deployed. */
  connect(topics: CarrierTopics): void;
  close(): Promise<void>;
}

const maximumBodyBytes = 64 * 1024;
const heartbeatMillis = 15_000;
const replyInput = z.strictObject({
  body: z
    .string()
    .min(1)
    .max(1600)
    .refine((body) => /\S/.test(body), 'must not be all white space'),
  to: e164.optional(),
});

/**
 * Starts the carrier on the loopback address. `POST /` is the wire protocol of `pinpoint-sms-voice-v2`; the rest is control:
 * `GET /phones` · `GET /phones/{e164}/messages` · `POST /phones/{e164}/replies` · `GET|PUT /faults` · `GET /sends` · `DELETE /`
 * · `GET /events` (server-sent) · `GET /` (the phone page).
 */
export async function startCarrier(options: CarrierServerOptions): Promise<RunningCarrier> {
  const carrier = new Carrier(options);
  const page = readPage();
  const server = createServer((request, response) => {
    handle(carrier, page, request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else sendProblem(response, error instanceof Problem ? error : new Problem('internal', undefined, [], error));
    });
  });
  const port = await listen(server, options.port);
  return {
    url: `http://127.0.0.1:${port}`,
    connect: (topics) => carrier.connect(topics),
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      carrier.close();
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

async function handle(carrier: Carrier, page: Page, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = readPath(request);
  const target = request.headers['x-amz-target'];
  if (request.method === 'POST' && path.length === 0 && typeof target === 'string') {
    sendWire(response, await carrier.call(target, await readBody(request)));
    return;
  }
  refuseForeignPages(request);
  const [first, phone, last] = path;
  switch (`${request.method} /${path.map((part, index) => (index === 1 ? '{phone}' : part)).join('/')}`) {
    case 'GET /':
    case 'HEAD /':
      response.writeHead(200, page.headers).end(request.method === 'HEAD' ? undefined : page.html);
      return;
    case 'GET /events':
      streamChanges(carrier, request, response);
      return;
    case 'GET /phones':
      sendJson(response, 200, {
        phones: carrier.phones.list().map((each) => ({ ...each, last: toView(each.last) })),
      });
      return;
    case 'GET /phones/{phone}/messages': {
      const number = readPhone(phone);
      sendJson(response, 200, { phone: number, messages: carrier.phones.thread(number).map(toView) });
      return;
    }
    case 'POST /phones/{phone}/replies': {
      const input = readJson(replyInput, await readBody(request));
      sendJson(response, 201, toView(carrier.reply({ phone: readPhone(phone), ...input })));
      return;
    }
    case 'GET /sends':
      sendJson(response, 200, {
        sends: carrier.phones.memory.messages.filter((each) => each.from === 'clinic').map(toView),
      });
      return;
    case 'GET /faults':
      sendJson(response, 200, { faults: carrier.faults.list() });
      return;
    case 'PUT /faults':
      carrier.faults.replace(readJson(faultPlan, await readBody(request)).faults);
      sendJson(response, 200, { faults: carrier.faults.list() });
      return;
    case 'DELETE /':
      carrier.clear();
      response.writeHead(204).end();
      return;
    default:
      throw new Problem('not-found', notFoundDetail(first, last));
  }
}

const notFoundDetail = (first: string | undefined, last: string | undefined): string =>
  first === 'phones' && last !== undefined
    ? 'A phone has GET messages and POST replies.'
    : 'The carrier has GET /, /phones, /sends, /faults, /events; PUT /faults; DELETE /; and POST / for the SMS client.';

/** What the control interface shows of a text. */
const toView = ({ id, ...rest }: Message) => ({ id, onPhone: isOnPhone({ id, ...rest }), ...rest });

function readPath(request: IncomingMessage): string[] {
  try {
    const { pathname } = new URL(request.url ?? '/', 'http://carrier');
    return pathname
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent);
  } catch {
    throw new Problem('bad-input', 'The path cannot be read.', [{ field: 'path', message: 'is not well encoded' }]);
  }
}

function readPhone(value: string | undefined): string {
  const read = e164.safeParse(value);
  if (read.success) return read.data;
  throw new Problem('bad-input', undefined, [{ field: 'path.phone', message: read.error.issues[0]?.message ?? '' }]);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > maximumBodyBytes) throw new Problem('too-large', `A body has at most ${maximumBodyBytes} bytes.`);
    chunks.push(part);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function readJson<Schema extends z.ZodType>(schema: Schema, body: string): z.output<Schema> {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    throw new Problem('malformed-body', 'The body is not JSON.', [{ field: 'body', message: 'must be JSON' }]);
  }
  const read = schema.safeParse(json);
  if (read.success) return read.data;
  throw new Problem('bad-input', undefined, read.error.issues.flatMap(toFieldErrors));
}

function toFieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  const at = ['body', ...issue.path.map(String)];
  return issue.code === 'unrecognized_keys'
    ? issue.keys.map((key) => ({ field: [...at, key].join('.'), message: 'is not a field here' }))
    : [{ field: at.join('.'), message: issue.message }];
}

/** A page of another site, open in the same browser, must not work this clinic's phones. */
function refuseForeignPages(request: IncomingMessage): void {
  const { origin, host } = request.headers;
  const isLoopback = (name: string | undefined) => name === '127.0.0.1' || name === 'localhost' || name === '[::1]';
  const hostName = (url: string) => (URL.canParse(url) ? new URL(url).hostname : undefined);
  if (!isLoopback(hostName(`http://${host ?? ''}`)) || (origin !== undefined && !isLoopback(hostName(origin))))
    throw new Problem('forbidden', 'The carrier answers pages of this machine only.');
}

function sendWire(response: ServerResponse, outcome: WireOutcome): void {
  if (outcome.kind === 'drop') {
    response.destroy();
    return;
  }
  response
    .writeHead(outcome.status, { 'content-type': wireContentType, 'x-amzn-requestid': randomUUID() })
    .end(JSON.stringify(outcome.body));
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(JSON.stringify(body));
}

function sendProblem(response: ServerResponse, problem: Problem): void {
  if (problem.code === 'internal') console.error(problem.cause);
  response
    .writeHead(problem.status, { 'content-type': 'application/problem+json', connection: 'close' })
    .end(JSON.stringify({ ...problem.toDocument(randomUUID()), title: problems[problem.code].title }));
}

function streamChanges(carrier: Carrier, request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write('retry: 1000\n\n');
  const stopListening = carrier.listen((change) => {
    if (change.kind === 'message' && !isOnPhone(change.message)) return;
    const data = change.kind === 'message' ? toView(change.message) : {};
    response.write(`event: ${change.kind}\ndata: ${JSON.stringify(data)}\n\n`);
  });
  const heartbeat = setInterval(() => response.write(': \n\n'), heartbeatMillis);
  request.once('close', () => {
    stopListening();
    clearInterval(heartbeat);
  });
}

interface Page {
  readonly html: string;
  readonly headers: Record<string, string>;
}

/** The page carries its own style and script, so its policy names exactly these two by their hashes. */
function readPage(): Page {
  const html = readFileSync(new URL('./phone-page.html', import.meta.url), 'utf8');
  const hashOf = (element: string) => {
    const text = new RegExp(`<${element}>([^]*?)</${element}>`).exec(html)?.[1] ?? '';
    return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  };
  return {
    html,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'content-security-policy': `default-src 'none'; style-src ${hashOf('style')}; script-src ${hashOf('script')}; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; img-src data:`,
    },
  };
}
