import { Logger } from '@aws-lambda-powertools/logger';

const logger = new Logger();

/**
 * All that may ever be logged: ids, codes, counts and durations. No names, numbers, texts, tokens or bodies, so a
 * field that is not listed here does not exist for the log.
 */
export interface LogFields {
  readonly requestId?: string | undefined;
  readonly route?: string | undefined;
  readonly status?: number | undefined;
  readonly code?: string | undefined;
  readonly durationMillis?: number | undefined;
  readonly clinicId?: string | undefined;
  readonly actorKind?: string | undefined;
  readonly appointmentId?: string | undefined;
  readonly caseId?: string | undefined;
  readonly messageId?: string | undefined;
  readonly carrierMessageId?: string | undefined;
  readonly outcome?: string | undefined;
  readonly count?: number | undefined;
  readonly eventId?: string | undefined;
}

/** Where it happened. The message stands in the stack too, and may go over several lines, one of which begins with 'at'. */
const framesOf = ({ stack = '', message }: Error): readonly string[] =>
  stack
    .replace(message, '')
    .split('\n')
    .filter((line) => frame.test(line));
const frame = /^ {4}at (?:.+:\d+:\d+\)?|.+ \((?:<anonymous>|native)\))$/;

const describe = (error: unknown): Record<string, unknown> => {
  if (!(error instanceof Error)) return { errorName: typeof error };
  // The message of a foreign error may quote its input, so only its name and place are kept.
  return {
    errorName: error.name,
    errorAt: framesOf(error).slice(0, 12).join('\n'),
    ...(error.cause === undefined ? {} : { cause: describe(error.cause) }),
  };
};

/** Logs one structured line. `message` is a constant of ours. */
export const log = {
  info: (message: string, fields: LogFields = {}): void => logger.info(message, { ...fields }),
  warn: (message: string, fields: LogFields = {}, error?: unknown): void =>
    logger.warn(message, { ...fields, ...(error === undefined ? {} : describe(error)) }),
  error: (message: string, error: unknown, fields: LogFields = {}): void =>
    logger.error(message, { ...fields, ...describe(error) }),
};
