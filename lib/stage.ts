import * as z from 'zod';

const httpsUrl = z.url({ protocol: /^https?$/ }).refine((url) => !url.endsWith('/'), 'must not end with a slash');

const phoneNumberSchema = z.strictObject({
  /** Our word for the number; part of its logical id. */
  name: z.string().regex(/^[a-z][a-z0-9-]*$/),
  /** SIMULATOR costs nothing and reaches nobody; the others cost money every month and need a registration approved by people. */
  type: z.enum(['SIMULATOR', 'TEN_DLC', 'TOLL_FREE']),
  /** What HELP and STOP answer while the number is not self-managed; AWS requires both. */
  helpMessage: z.string().min(1).max(160),
  stopMessage: z.string().min(1).max(160),
  /** Whether it sends MMS too: said when it is ordered, for a change orders another number. */
  sendsPictures: z.boolean().default(false),
});

const stageSchema = z.strictObject({
  /** Keeps tables, keys, buckets and the user pool when a stack goes away, and protects them from deletion. */
  retainData: z.boolean(),
  /** How far back a table can be restored to any second, in days; 0 turns it off. */
  recoveryDays: z.int().min(0).max(35),
  /** Daily and monthly backups, the monthly ones kept for seven years (45 CFR 164.316(b)(2)(i) asks for six). */
  keepsBackups: z.boolean(),
  /** How long logs are kept, in days: a value CloudWatch Logs knows; 2192 is six years. */
  logRetentionDays: z.literal([7, 14, 30, 90, 365, 2192, 3653]),
  /** Whether staff must enter a one-time code. */
  requiresMfa: z.boolean(),
  /** Cognito's threat protection: leaked passwords, unusual sign-ins. Costs per active staff member. */
  protectsSignIn: z.boolean(),
  /** Whether a password may be sent straight to the sign-in call (scripts, tests) instead of the SRP exchange. */
  allowsPasswordSignIn: z.boolean(),
  /** Alarms on a share of two metrics; the local engine cannot calculate with metrics. */
  alarmsOnShares: z.boolean(),
  /** X-Ray traces. */
  traces: z.boolean(),
  /** A new version of an HTTP function first takes a tenth of the requests for five minutes and is rolled back on errors. */
  deploysGradually: z.boolean(),
  /** Sets aside concurrency for the workers that must run while the API is flooded. Needs an account limit above 100. */
  reservesConcurrency: z.boolean(),
  /** The API's limit over all callers. */
  throttle: z.strictObject({ requestsPerSecond: z.int().positive(), burst: z.int().positive() }),
  /** Origins of the staff console that browsers may call the API from. */
  corsOrigins: z.array(httpsUrl),
  /** The clinic's own domain name for the API and the links in texts; its certificate must exist in the same region. */
  domain: z.strictObject({ name: z.hostname(), certificateArn: z.string().startsWith('arn:') }).optional(),
  /** Base address of patient links and the API, when it is neither the domain nor API Gateway's own. */
  publicUrl: httpsUrl.optional(),
  /** Who is written to when an alarm rings; AWS asks the address to confirm once. */
  alarmEmail: z.email().optional(),
  /**
   * The address calendar invitations come from. Its domain becomes an identity of SES, which sends nothing until whoever runs the
   * domain's DNS has added the records that are among the stack's outputs. Without it no invitation is sent.
   */
  mailSender: z.email().optional(),
  /** Where texts are sent instead of AWS. Only in stage local: everywhere else it would send nothing to nobody. */
  smsEndpoint: httpsUrl.optional(),
  sms: z.strictObject({
    /** A configuration set with its event destination: without it there are no receipts. */
    usesConfigurationSet: z.boolean(),
    /** Phone numbers to order. Empty unless somebody asks. */
    numbers: z.array(phoneNumberSchema),
    /** Whether the ordered numbers form one pool to send from. */
    usesPool: z.boolean(),
    /** Registrations to open, such as US_TEN_DLC_BRAND_REGISTRATION; people fill them in and people review them. */
    registrations: z.array(z.string().regex(/^[A-Z_]+$/)),
  }),
});

type Settings = z.infer<typeof stageSchema>;

/** Everything in which one deployment differs from another. */
export interface Stage extends Settings {
  readonly name: StageName;
}

export const stageNames = ['local', 'staging', 'prod'] as const;
export type StageName = (typeof stageNames)[number];

const noNumbers = { numbers: [], usesPool: false, registrations: [] };

const stages: Readonly<Record<StageName, Settings>> = {
  // The engine on this machine knows no restore, no backups, no traces, no CodeDeploy and no End User Messaging.
  local: {
    retainData: false,
    recoveryDays: 0,
    keepsBackups: false,
    logRetentionDays: 7,
    requiresMfa: false,
    protectsSignIn: false,
    allowsPasswordSignIn: true,
    alarmsOnShares: false,
    traces: false,
    deploysGradually: false,
    reservesConcurrency: false,
    throttle: { requestsPerSecond: 500, burst: 1000 },
    corsOrigins: [],
    mailSender: 'visits@clinic.example',
    sms: { usesConfigurationSet: false, ...noNumbers },
  },
  staging: {
    retainData: false,
    recoveryDays: 7,
    keepsBackups: false,
    logRetentionDays: 30,
    requiresMfa: true,
    protectsSignIn: false,
    allowsPasswordSignIn: false,
    alarmsOnShares: true,
    traces: true,
    deploysGradually: false,
    reservesConcurrency: false,
    throttle: { requestsPerSecond: 100, burst: 200 },
    corsOrigins: [],
    sms: { usesConfigurationSet: true, ...noNumbers },
  },
  prod: {
    retainData: true,
    recoveryDays: 35,
    keepsBackups: true,
    logRetentionDays: 2192,
    requiresMfa: true,
    protectsSignIn: true,
    allowsPasswordSignIn: false,
    alarmsOnShares: true,
    traces: true,
    deploysGradually: true,
    reservesConcurrency: true,
    throttle: { requestsPerSecond: 200, burst: 400 },
    corsOrigins: [],
    sms: { usesConfigurationSet: true, ...noNumbers },
  },
};

const isStageName = (name: unknown): name is StageName => stageNames.some((known) => known === name);

/** What the caller of `cdk` said: `-c stage=...`, `-c publicUrl=...`, `-c smsEndpoint=...`, and `stages` in cdk.json. */
export interface StageContext {
  readonly stage?: unknown;
  /** Per stage name, the settings that differ from the table in this file. */
  readonly stages?: unknown;
  readonly publicUrl?: unknown;
  readonly smsEndpoint?: unknown;
}

const overridesSchema = z.strictObject({
  local: stageSchema.partial().optional(),
  staging: stageSchema.partial().optional(),
  prod: stageSchema.partial().optional(),
});

const explain = (error: z.ZodError, source: string): Error => {
  const complaints = error.issues.map((issue) => {
    const where = issue.path.length > 0 ? `${issue.path.join('.')}: ` : '';
    return `${where}${issue.message}`;
  });
  return new Error(`${source}: ${complaints.join('; ')}`);
};

/**
 * The stage to deploy: this file's table, then `stages.<name>` of cdk.json, then `-c` switches.
 *
 * @throws Error naming the setting when one is unknown or has a wrong value
 */
export const resolveStage = (context: StageContext): Stage => {
  const name = context.stage ?? 'local';
  if (!isStageName(name)) {
    throw new Error(`There is no stage ${JSON.stringify(name)}; -c stage= takes one of ${stageNames.join(', ')}`);
  }
  const overrides = overridesSchema.safeParse(context.stages ?? {});
  if (!overrides.success) throw explain(overrides.error, 'cdk.json, context "stages"');
  const merged = stageSchema.safeParse({
    ...stages[name],
    ...overrides.data[name],
    ...(context.publicUrl !== undefined && { publicUrl: context.publicUrl }),
    ...(context.smsEndpoint !== undefined && { smsEndpoint: context.smsEndpoint }),
  });
  if (!merged.success) throw explain(merged.error, `Stage ${name}`);
  if (merged.data.smsEndpoint !== undefined && name !== 'local') {
    throw new Error(`Stage ${name}: smsEndpoint is for stage local only; here texts must go to AWS`);
  }
  if (merged.data.sms.usesPool && merged.data.sms.numbers.length === 0) {
    throw new Error(`Stage ${name}: sms.usesPool needs at least one entry in sms.numbers`);
  }
  return { name, ...merged.data };
};
