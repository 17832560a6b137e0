import { setTimeout as sleep } from 'node:timers/promises';
import { verifyRecords, walkClinic } from '../../../functions/audit/verify.ts';
import type { TestClinic } from './clinic.ts';
import { until } from './until.ts';

/**
 * Waits for the audit log to catch up with the records of a clinic, and fails when it never does: an entry missing, a
 * chain broken, a record that differs from the newest entry about it.
 * @returns how many entries the clinic's chains hold
 */
export const untilAuditAgrees = async ({ clinicId }: Pick<TestClinic, 'clinicId'>): Promise<number> => {
  await until('the audit log agrees with the records', async () => {
    const { records, different } = await verifyRecords(clinicId, () => sleep(500));
    if (different.length > 0)
      throw new Error(`${different.length} of ${records} records differ: ${JSON.stringify(different.slice(0, 5))}`);
    return records > 0;
  });
  const chains = await walkClinic(clinicId);
  const broken = chains.flatMap((chain) => (chain.broken === undefined ? [] : [chain.broken]));
  if (broken.length > 0) throw new Error(`The audit log is broken: ${JSON.stringify(broken)}`);
  return chains.reduce((entries, { head }) => entries + head.seq, 0);
};
