import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, request as openRequest, type ServerResponse } from 'node:http';

export interface FrontDoorOptions {
  readonly port: number;
  /** The engine's address of the HTTP API: `http://127.0.0.1:PORT/_aws/execute-api/API_ID/$default`. */
  readonly target: string;
  /** Requests the engine works on at a time; the others wait their turn. @default 16 */
  readonly places?: number;
}

/** A running front door. */
export interface FrontDoor {
  readonly url: string;
  close(): Promise<void>;
}

/** The address at which the engine serves an HTTP API; its own outputs name amazonaws.com. */
export function executeApiTarget(endpoint: string, apiId: string, stage = '$default'): string {
  return `${endpoint}/_aws/execute-api/${apiId}/${stage}`;
}

const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * One short loopback address in front of the engine's HTTP API: what a custom domain and the API's CORS settings are in
 * production. Bodies stream both ways; nothing is changed but the headers of a hop.
 */
export async function startFrontDoor({ port, target, places = 16 }: FrontDoorOptions): Promise<FrontDoor> {
  const enter = turnstile(places);
  const server = createServer((request, response) => {
    const cors = corsHeaders(request);
    if (cors !== undefined && request.method === 'OPTIONS' && 'access-control-request-method' in request.headers) {
      response.writeHead(204, { ...cors, ...preflight }).end();
      return;
    }
    enter(response, () => forward(target, request, response, cors ?? {}));
  });
  // A kept connection would outlive a restart of the engine behind it.
  server.keepAliveTimeout = 5_000;
  const bound = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
  return {
    url: `http://127.0.0.1:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * Lets in so many at a time, in the order they came. Each request at once is a function process of its own in the engine (75 MB,
 * half a second of a core to start): a hundred callers would spend the functions' time limits on starting them.
 */
function turnstile(places: number): (response: ServerResponse, begin: () => void) => void {
  let inside = 0;
  const waiting: { readonly response: ServerResponse; readonly begin: () => void }[] = [];
  const next = (): void => {
    while (inside < places) {
      const first = waiting.shift();
      if (first === undefined) return;
      // Who hung up while waiting asks for nothing any more.
      if (first.response.closed) continue;
      inside += 1;
      first.response.once('close', () => {
        inside -= 1;
        next();
      });
      first.begin();
    }
  };
  return (response, begin) => {
    waiting.push({ response, begin });
    next();
  };
}

function forward(
  target: string,
  request: IncomingMessage,
  response: ServerResponse,
  cors: Record<string, string>,
): void {
  const path = request.url ?? '/';
  if (!path.startsWith('/')) {
    sendProblem(response, 400, 'malformed-request', 'The request line must hold a path.', cors);
    return;
  }
  const to = new URL(target);
  const upstream = openRequest(
    {
      host: to.hostname,
      port: to.port,
      path: `${to.pathname}${path}`,
      method: request.method ?? 'GET',
      headers: {
        ...keptHeaders(request.headers),
        // A body without a length keeps its own framing, whatever the method.
        ...(request.headers['transfer-encoding'] === undefined ? {} : { 'transfer-encoding': 'chunked' }),
        host: to.host,
        'x-forwarded-for': request.socket.remoteAddress ?? '127.0.0.1',
        'x-forwarded-proto': 'http',
        'x-forwarded-host': request.headers.host ?? '',
      },
      agent: false,
    },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, { ...keptHeaders(answer.headers), ...cors });
      answer.pipe(response);
      answer.once('error', () => response.destroy());
    },
  );
  upstream.once('error', () => {
    if (response.headersSent) response.destroy();
    else
      sendProblem(
        response,
        502,
        'engine-unavailable',
        `The local engine does not answer at ${to.host}: it is starting, or it has stopped; see the terminal of npm start.`,
        cors,
      );
  });
  response.once('close', () => upstream.destroy());
  request.pipe(upstream);
}

function keptHeaders(headers: IncomingMessage['headers']): Record<string, string | string[]> {
  const named = String(headers.connection ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase());
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined && !hopByHop.has(name) && !named.includes(name)) kept[name] = value;
  return kept;
}

const preflight = {
  'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS',
  'access-control-allow-headers': 'authorization, content-type, idempotency-key, if-match, if-none-match, x-request-id',
  'access-control-max-age': '600',
};

/** Pages served from this machine (the staff console while it is built) may call the API; no other origin may. */
function corsHeaders(request: IncomingMessage): Record<string, string> | undefined {
  const { origin } = request.headers;
  if (origin === undefined || !URL.canParse(origin)) return undefined;
  const { hostname } = new URL(origin);
  if (hostname !== '127.0.0.1' && hostname !== 'localhost' && hostname !== '[::1]') return undefined;
  return {
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'etag, location, retry-after, x-request-id',
    vary: 'Origin',
  };
}

function sendProblem(
  response: ServerResponse,
  status: number,
  code: string,
  detail: string,
  cors: Record<string, string>,
): void {
  response.writeHead(status, { ...cors, 'content-type': 'application/problem+json', connection: 'close' }).end(
    JSON.stringify({
      type: `https://plumbline.example/problems/${code}`,
      title: status === 502 ? 'The API is not there' : 'The request is not valid',
      status,
      code,
      detail,
      requestId: randomUUID(),
    }),
  );
}
