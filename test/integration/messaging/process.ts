import { AsyncLocalStorage } from 'node:async_hooks';
import { smsClient } from '../../../functions/messaging/sending/carrier.ts';
import { documentClient } from '../../../functions/platform/store/records.ts';

/**
 * Lets a test treat a call tree as an operating system process: count its requests to the outside, hold each at a gate, or
 * kill it at one of them. A killed process is gone: the request it died in never answers, so not a line of it runs on.
 */
interface Process {
  calls: number;
  isDead: boolean;
  readonly crash?: Crash | undefined;
  /** Runs each of its requests, when it sees fit. */
  readonly around?: ((command: string, request: () => Promise<unknown>) => Promise<unknown>) | undefined;
  readonly died: () => void;
}

/** Which request kills it, counted from 0, and whether the other side still got that request. */
export interface Crash {
  readonly atCall: number;
  readonly requestArrives: boolean;
}

const running = new AsyncLocalStorage<Process>();
const never = () => new Promise<never>(() => undefined);

const watched = async (command: string, request: () => Promise<unknown>): Promise<unknown> => {
  const process = running.getStore();
  if (process === undefined) return request();
  if (process.isDead) return never();
  const call = process.calls;
  process.calls += 1;
  if (process.crash?.atCall !== call) {
    return process.around === undefined ? request() : process.around(command, request);
  }
  process.isDead = true;
  if (process.crash.requestArrives) await request().catch(() => undefined);
  process.died();
  return never();
};

// Outermost, so that the SDK's own retries do not count as requests of ours.
const watch =
  (next: (args: never) => Promise<unknown>, { commandName = '' }: { commandName?: string }) =>
  (args: never): Promise<unknown> =>
    watched(commandName, () => next(args));

for (const { middlewareStack } of [documentClient, smsClient]) {
  // The two stacks differ in the types of what passes through them, which is not looked at.
  (middlewareStack as { add(middleware: unknown, options: unknown): void }).add(watch, {
    step: 'initialize',
    priority: 'high',
    name: 'process',
  });
}

// The send queue is asked without a client.
const { fetch } = globalThis;
globalThis.fetch = (...request) => watched('fetch', () => fetch(...request)) as ReturnType<typeof fetch>;

/** Runs a process to its end or to its death. `calls` is how many requests it made. */
export const runProcess = (
  body: () => Promise<unknown>,
  options: { readonly crash?: Crash | undefined; readonly around?: Process['around'] } = {},
): Promise<{ readonly ended: 'finished' | 'crashed'; readonly calls: number }> =>
  new Promise((resolve, reject) => {
    const process: Process = {
      ...options,
      calls: 0,
      isDead: false,
      died: () => resolve({ ended: 'crashed', calls: process.calls }),
    };
    running.run(process, () => {
      body().then(() => resolve({ ended: 'finished', calls: process.calls }), reject);
    });
  });
