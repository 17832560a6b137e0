import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  DescribeOptedOutNumbersCommand,
  PinpointSMSVoiceV2Client,
  PutOptedOutNumberCommand,
} from '@aws-sdk/client-pinpoint-sms-voice-v2';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { consentItems, loadStanding } from '../../../functions/messaging/consent/consent.ts';
import { consentsOf } from '../../../functions/messaging/consent/consent-store.ts';
import { standingItem } from '../../../functions/messaging/consent/standing-store.ts';
import { transact } from '../../../functions/platform/store/records.ts';
import { testPhone } from '../../helpers/phones.ts';
import { startNetwork } from '../messaging/network.ts';
import { addPatient, newWorld, optOut, start, type World } from '../messaging/world.ts';

await startNetwork();

vi.setConfig({ testTimeout: 60_000 });

const plumbline = fileURLToPath(new URL('../../../bin/plumbline.ts', import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-consent-'));
});
afterAll(() => rm(folder, { recursive: true }));

const run = (world: World, ...words: readonly string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) =>
    execFile(
      process.execPath,
      [plumbline, 'consent', ...words, '--records-table', 'records', '--clinic', world.clinic.clinicId],
      (error, out, err) => resolve({ code: Number(error?.code ?? 0), out, err }),
    ),
  );

const header = 'phone,category,granted,at,wording,wordingVersion,evidence,patientId';
const fileOf = async (name: string, ...lines: readonly string[]): Promise<string> => {
  const file = join(folder, name);
  await writeFile(file, [header, ...lines, ''].join('\r\n'));
  return file;
};

describe('plumbline consent', () => {
  it('imports what is new once, says beforehand what it would do, and explains what holds', async () => {
    const world = await newWorld();
    const { clinicId } = world.clinic;
    const stopped = await addPatient(world);
    await optOut(world, stopped.phone);
    const child = await addPatient(world, {
      phone: stopped.phone,
      givenName: 'Ben',
      birthDate: '2012-03-01',
      consents: false,
    });
    const other = testPhone();
    const file = await fileOf(
      'agreements.csv',
      `${other},treatment,yes,2025-03-01T09:00:00-07:00,"Text me, please",old-1,,`,
      `${other},marketing,yes,2025-03-02T16:00:00Z,"Offers, ""too""",old-1,form 9,`,
      `${other},marketing,yes,2025-03-02T16:00:00Z,"Offers, ""too""",old-1,form 9,`,
      `${other},billing,no,2025-04-01T16:00:00Z,no bills,old-1,,`,
      `${stopped.phone},treatment,yes,2025-03-01T16:00:00Z,Text me,old-1,,${stopped.id}`,
      // The same words of another at that number.
      `${stopped.phone},treatment,yes,2025-03-01T16:00:00Z,Text me,old-1,,${child.id}`,
    );
    const expected = { rows: 6, agreements: 4, revocations: 1, known: 1, errors: [] };
    const dry = await run(world, 'import', file, '--json');
    expect(JSON.parse(dry.out)).toEqual({ clinicId, ...expected, applied: false });
    expect(await consentsOf(clinicId, other)).toEqual([]);

    const wet = await run(world, 'import', file, '--apply', '--json');
    expect(JSON.parse(wet.out)).toEqual({ clinicId, ...expected, applied: true });
    const ledger = await consentsOf(clinicId, other);
    expect(ledger).toMatchObject([
      {
        category: 'treatment',
        at: '2025-03-01T16:00:00Z',
        wording: 'Text me, please',
        how: 'import',
        collector: 'import:agreements.csv',
      },
      { category: 'marketing', wording: 'Offers, "too"', evidence: 'form 9' },
      { category: 'billing', granted: false },
    ]);
    expect(await loadStanding(clinicId, stopped.phone)).toHaveProperty('optedOut.how', 'text');

    const again = await run(world, 'import', file, '--apply');
    expect(again.out).toBe('6 lines: 0 agreements and 0 opt-outs are new, 6 are in the ledger already.\nWritten.\n');
    expect(await consentsOf(clinicId, other)).toEqual(ledger);

    const shown = await run(world, 'show', other);
    expect(shown.out).toMatch(
      /treatment +may be texted +Agreed on 2025-03-01T16:00:00Z by an import\.\n +"Text me, please" \(old-1\)/,
    );
    expect(shown.out).toMatch(/billing +NO TEXT +Opted out of this category on 2025-04-01T16:00:00Z by an import/);
    expect(shown.out).toMatch(/async-data-sharing +NO TEXT +There is no agreement to it/);
    const ofPatient = JSON.parse((await run(world, 'show', stopped.id, '--json')).out);
    expect(ofPatient).toMatchObject({ clinicId, phone: stopped.phone });
    expect(ofPatient.categories[0]).toMatchObject({ mayText: false, reason: 'opted-out', wording: 'STOP' });
    const ofBoth = (await run(world, 'show', stopped.phone)).out;
    for (const { id } of [stopped, child]) expect(ofBoth).toContain(`${stopped.phone} ${id}\n  treatment`);
  });

  it("takes who has come back off the carrier's list, once in 30 days", async () => {
    const client = new PinpointSMSVoiceV2Client({});
    const world = await newWorld();
    const { clinicId } = world.clinic;
    const { phone } = await addPatient(world);
    const record = async (granted: boolean, proof?: 'staff-evidence') => {
      const how = granted ? 'staff' : 'carrier';
      const words = { wording: 'said', wordingVersion: '1' };
      await transact(
        await consentItems(world.caller(start), phone, [{ category: 'all', granted, how, proof, ...words }]),
      );
    };
    await client.send(new PutOptedOutNumberCommand({ OptOutListName: 'Default', OptedOutNumber: phone }));
    const listed = () =>
      client.send(new DescribeOptedOutNumbersCommand({ OptOutListName: 'Default', OptedOutNumbers: [phone] })).then(
        () => true,
        (error: Error) => error.name !== 'ResourceNotFoundException',
      );
    await record(false);
    expect(await run(world, 'unlist', phone, '--list', 'Default')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/record that first/),
    });
    await record(true, 'staff-evidence');
    // As the sender leaves it once a text was refused all the same: the state of the task `carrier-still-refuses`.
    const cameBack = await loadStanding(clinicId, phone);
    const refused = { ...cameBack, carrierRefusedAgainAt: '2026-12-01T00:00:00Z' };
    await transact([standingItem(world.caller(start), refused, 'test')]);
    expect((await run(world, 'show', phone)).out).toMatch(/treatment +NO TEXT +Agreed, but on 2026-12-01T00:00:00Z/);
    expect((await run(world, 'show', phone)).out).toMatch(/On \S+ the carrier said .* once per number in 30 days/);
    expect(await listed()).toBe(true);
    expect((await run(world, 'unlist', phone, '--list', 'Default')).code).toBe(0);
    expect(await listed()).toBe(false);
    expect(await loadStanding(clinicId, phone)).toMatchObject({
      carrierListedAt: undefined,
      carrierRefusedAgainAt: undefined,
      optedOut: undefined,
    });
    expect(await run(world, 'unlist', phone, '--list', 'Default')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/has not said that the number is on its list/),
    });

    await record(false);
    await record(true, 'staff-evidence');
    const again = await run(world, 'unlist', phone, '--list', 'Default');
    expect(again).toMatchObject({ code: 1, err: expect.stringMatching(/once in 30 days: again from 20/) });
  });

  it('names each line at fault without repeating it, and writes nothing', async () => {
    const [world, theirs] = [await newWorld(), await newWorld()];
    const patient = await addPatient(theirs);
    const good = testPhone();
    const at = '2025-03-01T16:00:00Z';
    const file = await fileOf(
      'faults.csv',
      `${good},treatment,yes,${at},Yes,1,,`,
      `303 555 0100,treatment,yes,${at},Yes,1,,`,
      `${good},offers,maybe,yesterday,,1,,`,
      `${good},marketing,yes,${at},Yes,1,,`,
      `${good},all,yes,${at},Yes,1,,`,
      `${good},treatment,yes,2999-01-01T00:00:00Z,Yes,1,,`,
      `${patient.phone},treatment,yes,${at},Yes,1,,${patient.id}`,
      `${good},treatment`,
    );
    const { code, out } = await run(world, 'import', file, '--apply', '--json');
    const { errors, ...rest } = JSON.parse(out);
    expect([code, rest]).toMatchObject([1, { rows: 8, applied: false }]);
    expect(errors.map(({ line, field }: { line: number; field: string }) => [line, field])).toEqual([
      [3, 'phone'],
      [4, 'category'],
      [4, 'granted'],
      [4, 'at'],
      [4, 'wording'],
      [5, 'evidence'],
      [6, 'granted'],
      [7, 'at'],
      [8, 'patientId'],
      [9, 'line'],
    ]);
    for (const value of [good, patient.phone, '303 555', 'yesterday', 'maybe']) expect(out).not.toContain(value);
    expect(await consentsOf(world.clinic.clinicId, good)).toEqual([]);
  });

  it.each([
    [['show', '303-555-0100'], 2, /Expected a number like/],
    [['show', 'pat_01K8Z3V9Q4M7T2W6X5Y1N0R8PA'], 1, /no such patient/],
    [['import', '/nowhere.csv'], 1, /no such file/],
  ] as const)('%j is told in a sentence', async (words, code, sentence) => {
    const result = await run(await newWorld(), ...words);
    expect(result).toMatchObject({ code, out: '', err: expect.stringMatching(sentence) });
  });
});
