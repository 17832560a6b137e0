import { type ClinicInfo, readClinicInfo } from '../local/clinic-info.ts';
import { clientEnvironment, localDirectory } from '../local/engine.ts';
import { CliError } from './cli.ts';

/**
 * The clinic that `npm start` has started on this machine.
 * @throws CliError saying how to start one, when there is none or it does not run
 */
export const requireLocalClinic = async (): Promise<ClinicInfo> => {
  const info = await readClinicInfo(localDirectory());
  if (info === undefined) throw new CliError('There is no local clinic yet: start one with npm start.');
  try {
    const answer = await fetch(`${info.apiUrl}/v1/health`, { signal: AbortSignal.timeout(15_000) });
    await answer.body?.cancel();
  } catch {
    throw new CliError(`The local clinic does not answer at ${info.apiUrl}: start it with npm start.`);
  }
  return info;
};

/** The same, and gives this process what that clinic's functions have in their environment, so that their code can be used here. */
export const useLocalClinic = async (): Promise<ClinicInfo> => {
  const info = await requireLocalClinic();
  Object.assign(process.env, clientEnvironment(info.engineEndpoint), {
    PLUMBLINE_STAGE: 'local',
    PLUMBLINE_CLOCK_FILE: info.clockFile,
    RECORDS_TABLE: info.recordsTable,
    AUDIT_TABLE: info.auditTable,
    DOCUMENTS_BUCKET: info.documentsBucket,
    SEND_QUEUE_URL: info.queues.send,
    PUBLIC_URL: info.apiUrl,
  });
  return info;
};
