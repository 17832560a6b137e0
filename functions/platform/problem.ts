/** Every error a caller can meet, with its HTTP status and its title. Codes are part of the API: never rename one. */
export const problems = {
  'bad-input': { status: 400, title: 'The request is not valid' },
  'malformed-body': { status: 400, title: 'The body cannot be read' },
  unauthenticated: { status: 401, title: 'Sign in first' },
  forbidden: { status: 403, title: 'Your role does not allow this' },
  'not-found': { status: 404, title: 'There is no such thing here' },
  'link-expired': { status: 410, title: 'This link is no longer valid' },
  'offer-over': { status: 410, title: 'This offer is over' },
  'slot-taken': { status: 409, title: 'That time is no longer free' },
  'slot-not-offered': { status: 409, title: 'That time is not offered' },
  'series-conflict': { status: 409, title: 'Not every visit of the series can be booked' },
  'invalid-state': { status: 409, title: 'The record is not in a state that allows this' },
  'already-exists': { status: 409, title: 'It exists already' },
  'opted-out': { status: 409, title: 'This number has said stop' },
  'no-consent': { status: 409, title: 'This number has not agreed to texts' },
  'quiet-hours': { status: 409, title: 'Not at this hour' },
  'being-answered': { status: 409, title: 'Somebody else is answering' },
  'self-booking-blocked': { status: 409, title: 'Please call the clinic' },
  stale: { status: 412, title: 'The record has changed since you read it' },
  'too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'Send application/json' },
  'idempotency-mismatch': { status: 422, title: 'This Idempotency-Key was used for another request' },
  'phone-code-wrong': { status: 422, title: 'The code is not right, or no longer valid' },
  'confirm-warnings': { status: 422, title: 'Read the warnings and confirm them' },
  'template-refused': { status: 422, title: 'These words cannot be sent' },
  'too-many-requests': { status: 429, title: 'Too many requests; try again later' },
  busy: { status: 503, title: 'Too many changes at once; try again' },
  internal: { status: 500, title: 'Something went wrong on our side' },
} as const;

export type ProblemCode = keyof typeof problems;

/** One wrong field of the input: `body.phone`, `query.from`, `path.patientId`. The value itself is never repeated. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** A failure the caller is told about (RFC 9457). Anything else thrown is a 500 with nothing inside. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly errors: readonly FieldError[];
  /** When it is worth trying again: the Retry-After header. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ProblemCode,
    detail?: string,
    errors: readonly FieldError[] = [],
    cause?: unknown,
    retryAfterSeconds?: number,
  ) {
    super(detail ?? problems[code].title, cause === undefined ? undefined : { cause });
    this.name = 'Problem';
    this.code = code;
    this.errors = errors;
    this.retryAfterSeconds = retryAfterSeconds ?? (code === 'busy' ? 1 : undefined);
  }

  get status(): number {
    return problems[this.code].status;
  }

  /** The application/problem+json document. */
  toDocument(requestId: string): ProblemDocument {
    return {
      type: `https://plumbline.example/problems/${this.code}`,
      title: problems[this.code].title,
      status: this.status,
      code: this.code,
      detail: this.message,
      requestId,
      ...(this.errors.length > 0 ? { errors: this.errors } : {}),
    };
  }
}

/** The problem of fields that are wrong, by themselves or together. */
export const badFields = (errors: readonly FieldError[], cause?: unknown): Problem =>
  new Problem('bad-input', 'Correct the fields listed in errors.', errors, cause);

export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  readonly detail: string;
  readonly requestId: string;
  readonly errors?: readonly FieldError[];
}

/** Unwraps a lookup: absent, or another clinic's, is the same 404. `what` is a word of ours, never input. */
export const found = <T>(value: T | undefined, what: string): T => {
  if (value === undefined) throw new Problem('not-found', `There is no such ${what}.`);
  return value;
};
