import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { staffGroups } from '../functions/platform/access.ts';

/** Where a started clinic is found and how to sign in to it: `.local/clinic.json`, which commands and tests read. */
export const clinicInfo = z.object({
  /** Base of the API and of patient links: the front door. */
  apiUrl: z.string(),
  /** The carrier: its phone page and its control interface. */
  phonePageUrl: z.string(),
  engineEndpoint: z.string(),
  region: z.string(),
  recordsTable: z.string(),
  auditTable: z.string(),
  documentsBucket: z.string(),
  userPoolId: z.string(),
  userPoolClientId: z.string(),
  clinicId: z.string(),
  clinicName: z.string(),
  slug: z.string(),
  /** IANA zone of its front desk. */
  zone: z.string(),
  /** The number its texts come from, and the one that hears of red flags. */
  originationNumber: z.string(),
  onCallNumber: z.string(),
  /** Sign-ins that exist on this machine only. */
  staff: z.array(z.object({ role: z.enum(staffGroups), email: z.string(), password: z.string() })),
  functions: z.object({ reminders: z.string(), 'check-ins': z.string(), offers: z.string() }),
  queues: z.object({ send: z.string(), receive: z.string(), receipts: z.string() }),
  /** Holds `{"offsetMillis": n}`; absent until the clock is moved. */
  clockFile: z.string(),
  ports: z.object({ frontDoor: z.int(), carrier: z.int(), engine: z.int() }),
});

export type ClinicInfo = z.output<typeof clinicInfo>;

export const clinicInfoFile = (localDir: string): string => join(localDir, 'clinic.json');

/** @returns undefined when no clinic was started here, or what is written is of another version. */
export async function readClinicInfo(localDir: string): Promise<ClinicInfo | undefined> {
  try {
    return clinicInfo.parse(JSON.parse(await readFile(clinicInfoFile(localDir), 'utf8')));
  } catch {
    return undefined;
  }
}

export async function writeClinicInfo(localDir: string, info: ClinicInfo): Promise<void> {
  const file = clinicInfoFile(localDir);
  await mkdir(dirname(file), { recursive: true });
  // It holds passwords, if only of invented people.
  await writeFile(`${file}.new`, `${JSON.stringify(info, undefined, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}
