import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { ensureVenv } from '../../local/engine.ts';
import { localTime, openClinic, type TestClinic, zone } from './support/clinic.ts';

/**
 * The API as a stranger reads it: Schemathesis makes requests from the OpenAPI document alone, valid ones and wrong ones,
 * and follows the document's links from what was answered to what can be asked next. No answer may be a 500, and none
 * may have a status, a media type or a shape that the document does not say.
 *
 * The seed is fixed, so that a run repeats; FUZZ_SEED and FUZZ_EXAMPLES (per operation) ask for others.
 */

const run = promisify(execFile);
const seed = process.env.FUZZ_SEED ?? '20261122';
const examples = process.env.FUZZ_EXAMPLES ?? '3';
const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
];
const repository = join(import.meta.dirname, '..', '..');

let clinic: TestClinic;
let python: string;
/** What is there, by the names that parameters and fields give it. */
let real: Readonly<Record<string, unknown>>;

beforeAll(async () => {
  [clinic, python] = await Promise.all([
    openClinic('fuzz'),
    ensureVenv({
      venvDir: join(repository, '.local', 'fuzz-venv'),
      contents: {
        requirementsFile: join(import.meta.dirname, 'fuzz', 'requirements.txt'),
        name: 'Schemathesis',
      },
    }),
  ]);
  const { providerIds, typeId } = clinic;
  const [providerId] = providerIds;
  const patient = await clinic.addPatient();
  const start = localTime(clinic, 40, '10:00');
  const appointment = await clinic.admin.ok('bookAppointment', {
    body: { patientId: patient.id, providerId, typeId, start },
  });
  real = {
    providerId,
    typeId,
    patientId: patient.id,
    appointmentId: appointment.id,
    providerIds: [...providerIds],
    roomIds: [],
    secondProviderIds: [],
    zone,
    slug: clinic.slug,
    start: localTime(clinic, 41, '10:00'),
    from: localTime(clinic, 30, '00:00'),
    to: localTime(clinic, 60, '00:00'),
    date: start.slice(0, 10),
    availability: [{ weekday: 1, from: '09:00', to: '17:00' }],
    breaks: [],
    licences: [{ state: 'CO', kind: 'full', validFrom: '2020-01-01' }],
  };
}, 600_000);

describe('the API', () => {
  it.each([['fuzzing'], ['stateful']])(
    'answers only what its OpenAPI document says: %s',
    async (phase) => {
      const folder = await mkdtemp(join(tmpdir(), 'plumbline-fuzz-'));
      try {
        const token = await clinic.token('admin');
        const { stdout, failed } = await run(
          python,
          [
            // Its script names the folder it was installed in, which is not where it is now.
            ...['-m', 'schemathesis.cli', 'run'],
            `${clinic.info.apiUrl}/v1/openapi.json`,
            ...['--header', `Authorization: Bearer ${token}`],
            ...['--checks', checks.join(',')],
            ...['--phases', phase, '--max-examples', examples, '--seed', seed],
            ...['--generation-database', 'none', '--request-timeout', '30', '--continue-on-failure', '--no-color'],
          ],
          {
            cwd: folder,
            timeout: 540_000,
            maxBuffer: 64_000_000,
            env: {
              ...process.env,
              SCHEMATHESIS_HOOKS: 'hooks',
              PYTHONPATH: join(import.meta.dirname, 'fuzz'),
              PYTHONDONTWRITEBYTECODE: '1',
              PLUMBLINE_FUZZ_REAL: JSON.stringify(real),
            },
          },
        ).then(
          ({ stdout }) => ({ stdout, failed: false }),
          (error: { readonly stdout?: string; readonly stderr?: string }) => ({
            stdout: `${error.stdout ?? error}${error.stderr ?? ''}`,
            failed: true,
          }),
        );
        expect(failed ? readable(stdout) : 'nothing was found').toBe('nothing was found');
        expect(stdout).toMatch(/Tested: +[1-9]/);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    600_000,
  );
});

/** What it found, without its lines of kilobytes. */
const readable = (stdout: string): string =>
  stdout
    .slice(Math.max(0, stdout.indexOf('= FAILURES =')))
    .split('\n')
    .map((line) => line.slice(0, 400))
    .slice(0, 300)
    .join('\n');
