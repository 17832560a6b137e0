import * as z from 'zod';

/**
 * The wire protocol of AWS End User Messaging SMS (`pinpoint-sms-voice-v2`): AWS JSON 1.0, operation named by the header
 * `x-amz-target`, PascalCase members. Limits are those of the API reference of SendTextMessage and SendMediaMessage.
 */
export const wireTargetPrefix = 'PinpointSMSVoiceV2.';
export const wireContentType = 'application/x-amz-json-1.0';

/** An error as the service answers it; the SDK turns it into an exception of the same name. */
export class WireError extends Error {
  override readonly name = 'WireError';
  readonly type: string;
  readonly status: number;
  readonly members: Readonly<Record<string, unknown>>;

  constructor(type: string, message: string, members: Readonly<Record<string, unknown>> = {}, status = 400) {
    super(message);
    this.type = type;
    this.status = status;
    this.members = members;
  }

  toBody(): Record<string, unknown> {
    return { __type: `com.amazonaws.pinpointsmsvoicev2#${this.type}`, Message: this.message, ...this.members };
  }
}

export const throttled = () => new WireError('ThrottlingException', 'Rate exceeded');

export const serverError = () =>
  new WireError('InternalServerException', 'The service met an error', { RequestId: 'simulated' }, 500);

export const optedOut = (phone: string) =>
  new WireError('ConflictException', 'Destination phone number is opted out', {
    Reason: 'DESTINATION_PHONE_NUMBER_OPTED_OUT',
    ResourceType: 'opted-out-number',
    ResourceId: phone,
  });

export const conflict = (reason: string) =>
  new WireError('ConflictException', 'The request conflicts with how things are', { Reason: reason });

export const invalid = (reason: string) =>
  new WireError('ValidationException', 'The request cannot be taken', { Reason: reason });

export const spendLimitReached = () =>
  new WireError('ServiceQuotaExceededException', 'Monthly spend limit reached for text messages', {
    Reason: 'MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT',
  });

export const notFound = (resourceType: string, resourceId: string) =>
  new WireError('ResourceNotFoundException', 'Resource not found', {
    ResourceType: resourceType,
    ResourceId: resourceId,
  });

const phonePattern = /^\+?[1-9][0-9]{1,18}$/;
const identityPattern = /^[A-Za-z0-9_:/+-]+$/;

const phone = z.string().min(1).max(20).regex(phonePattern);
const identity = z.string().min(1).max(256).regex(identityPattern);
const notBlank = (text: string) => /\S/.test(text);

const context = z
  .record(
    z.string().min(1).max(100).regex(/^\S+$/),
    z
      .string()
      .min(1)
      .max(800)
      .refine((value) => value === value.trim(), 'must not begin or end with a space'),
  )
  .refine((entries) => Object.keys(entries).length <= 5, 'has at most 5 entries');

const sendCommon = {
  DestinationPhoneNumber: phone,
  ConfigurationSetName: identity.optional(),
  MaxPrice: z
    .string()
    .min(2)
    .max(8)
    .regex(/^[0-9]{0,2}\.[0-9]{1,5}$/)
    .optional(),
  TimeToLive: z.int().min(5).max(259_200).optional(),
  Context: context.optional(),
  DryRun: z.boolean().optional(),
  ProtectConfigurationId: identity.optional(),
  MessageFeedbackEnabled: z.boolean().optional(),
};

export const sendTextInput = z.object({
  ...sendCommon,
  OriginationIdentity: identity.optional(),
  MessageBody: z.string().min(1).max(1600).refine(notBlank, 'must not be all white space'),
  MessageType: z.enum(['TRANSACTIONAL', 'PROMOTIONAL']).optional(),
  Keyword: z
    .string()
    .min(1)
    .max(30)
    .regex(/^[ \S]+$/)
    .optional(),
  DestinationCountryParameters: z
    .partialRecord(z.enum(['IN_TEMPLATE_ID', 'IN_ENTITY_ID']), z.string().min(1).max(64).regex(/^\S+$/))
    .optional(),
});

export const sendMediaInput = z.object({
  ...sendCommon,
  OriginationIdentity: identity,
  MessageBody: z.string().min(1).max(1600).refine(notBlank, 'must not be all white space').optional(),
  MediaUrls: z
    .array(
      z
        .string()
        .min(1)
        .max(2048)
        .regex(/^s3:\/\/[a-z0-9.-]{3,63}\/.+$/),
    )
    .length(1)
    .optional(),
});

const listName = z.string().min(1).max(256).regex(identityPattern);

export const optedOutNumberInput = z.object({ OptOutListName: listName, OptedOutNumber: phone });

export const describeOptedOutNumbersInput = z.object({
  OptOutListName: listName,
  OptedOutNumbers: z.array(phone).max(5).optional(),
  Filters: z
    .array(
      z.object({
        Name: z.literal('end-user-opted-out'),
        Values: z
          .array(z.enum(['true', 'false']))
          .min(1)
          .max(20),
      }),
    )
    .max(20)
    .optional(),
  NextToken: z.string().min(1).max(1024).optional(),
  MaxResults: z.int().min(1).max(100).optional(),
});

/** Reads an operation's input; what breaks a limit is the service's ValidationException with each field named. */
export function readInput<Schema extends z.ZodType>(schema: Schema, body: string): z.output<Schema> {
  let json: unknown;
  try {
    json = JSON.parse(body === '' ? '{}' : body);
  } catch {
    throw new WireError('SerializationException', 'The body is not JSON');
  }
  const read = schema.safeParse(json);
  if (read.success) return read.data;
  const byName = new Map<string, string>();
  for (const issue of read.error.issues) {
    const name = String(issue.path[0] ?? 'Input');
    if (!byName.has(name)) byName.set(name, issue.message);
  }
  const fields = [...byName].map(([Name, Message]) => ({ Name, Message }));
  throw new WireError('ValidationException', `${fields.length} validation error(s) detected`, {
    Reason: 'FIELD_VALIDATION_FAILED',
    Fields: fields,
  });
}
