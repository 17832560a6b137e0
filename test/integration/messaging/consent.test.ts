import { describe, expect, it } from 'vitest';
import { loadStanding, withConsent } from '../../../functions/messaging/consent/consent.ts';
import { consentsOf } from '../../../functions/messaging/consent/consent-store.ts';
import { standingItem } from '../../../functions/messaging/consent/standing-store.ts';
import { stateOf } from '../../../functions/messaging/core/consent.ts';
import { writeStaffText } from '../../../functions/messaging/inbox/staff-text.ts';
import { loadInboundText } from '../../../functions/messaging/inbox/thread.ts';
import { threadIdOf } from '../../../functions/messaging/inbox/thread-store.ts';
import type { Problem } from '../../../functions/platform/problem.ts';
import { transact } from '../../../functions/platform/store/records.ts';
import { type Answer, askAsStaff } from '../../helpers/clinic.ts';
import { messaging } from '../../helpers/messaging.ts';
import { testPhone } from '../../helpers/phones.ts';
import { addPatient, iso, newWorld, optOut, reply, replySaid, start, type World } from './world.ts';

const record = 'POST /v1/consents';
const ofNumber = 'POST /v1/consents/search';
const ofPatient = 'GET /v1/patients/{patientId}/consents';

const said = {
  category: 'treatment',
  granted: true,
  wording: 'You may text me about my visits.',
  wordingVersion: 'desk-1',
};

const ask = ({ clinic }: World, key: string, options = {}): Promise<Answer> =>
  askAsStaff(messaging, clinic.clinicId, key, options);

const reasons = (answer: Answer): Record<string, string> =>
  Object.fromEntries(answer.body.categories.map(({ category, reason }: Record<string, string>) => [category, reason]));

describe('what staff take down', () => {
  it('is kept word for word and explained', async () => {
    const world = await newWorld();
    const patient = await addPatient(world, { consents: false });

    const body = { patientId: patient.id, ...said, language: 'es', evidence: 'call 7' };
    const answer = await ask(world, record, { body, headers: { 'idempotency-key': 'k1' } });
    expect(answer).toMatchObject({
      status: 201,
      body: {
        phone: patient.phone,
        entries: [
          {
            ...said,
            patientId: patient.id,
            how: 'staff',
            language: 'es',
            evidence: 'call 7',
            proof: 'staff-evidence',
            collector: expect.stringMatching(/^staff:/),
          },
        ],
      },
    });
    expect(answer.body.categories[0]).toMatchObject({
      mayText: true,
      wording: said.wording,
      why: expect.stringMatching(/^Agreed on 20\S+Z to staff\.$/),
    });
    expect(reasons(answer)).toMatchObject({ treatment: 'agreed', billing: 'no-consent', marketing: 'no-consent' });

    expect((await ask(world, record, { body, headers: { 'idempotency-key': 'k1' } })).body).toEqual(answer.body);
    expect((await ask(world, ofPatient, { params: { patientId: patient.id } })).body).toEqual(answer.body);
    expect((await ask(world, ofNumber, { body: { phone: patient.phone } })).body).toEqual(answer.body);
    expect(await ask(world, record, { body })).toMatchObject({ status: 201 });
  });

  it('ends a STOP only with evidence, and only for what it is about; what the carrier keeps on its own list is said', async () => {
    const world = await newWorld();
    const patient = await addPatient(world);
    await optOut(world, patient.phone);
    const unproven = await ask(world, record, { body: { phone: patient.phone, ...said } });
    expect(unproven).toMatchObject({ status: 201 });
    expect(unproven.body.categories[0]).toMatchObject({
      mayText: false,
      reason: 'opted-out',
      how: 'text',
      wording: 'STOP',
    });
    expect(unproven.body.categories[0].why).toMatch(
      /^Opted out of everything on \S+ by text, and has not come back since\.$/,
    );

    const standing = await loadStanding(world.clinic.clinicId, patient.phone);
    const carrier = withConsent(world.caller(start), standing, [
      { category: 'all', granted: false, how: 'carrier', wording: 'OPTED_OUT', wordingVersion: 'carrier' },
    ]);
    await transact([...carrier.items, standingItem(world.caller(start), carrier.standing, 'test')]);
    const proven = await ask(world, record, { body: { phone: patient.phone, ...said, evidence: 'letter of May 3' } });
    expect(reasons(proven)).toEqual({
      treatment: 'agreed',
      billing: 'opted-out',
      marketing: 'opted-out',
      'async-data-sharing': 'opted-out',
    });
    expect(proven.body.carrier.note).toMatch(/opt-out list.*once per number in 30 days/);

    const warned = {
      phone: patient.phone,
      category: 'unencrypted-texts',
      granted: false,
      wording: 'Texts are not encrypted.',
      wordingVersion: 'w1',
    };
    expect(reasons(await ask(world, record, { body: warned })).treatment).toBe('prefers-no-texts');
  });

  it('holds for the person it is taken down for, and for everybody with the number where it names nobody', async () => {
    const world = await newWorld();
    const ana = await addPatient(world);
    const bea = await addPatient(world, {
      phone: ana.phone,
      givenName: 'Bea',
      birthDate: '2001-05-06',
      consents: false,
    });
    const about = async (patientId: string) => reasons(await ask(world, ofPatient, { params: { patientId } }));
    expect([(await about(ana.id)).treatment, (await about(bea.id)).treatment]).toEqual(['agreed', 'no-consent']);

    const shown = (await ask(world, ofNumber, { body: { phone: ana.phone } })).body;
    expect(shown).not.toHaveProperty('patientId');
    expect(shown.categories[0]).toMatchObject({ mayText: false, reason: 'no-consent' });
    const treatmentOf = ({ id }: { readonly id: string }) =>
      shown.people.find(({ patientId }: { readonly patientId: string }) => patientId === id)?.categories[0];
    expect(shown.people).toHaveLength(2);
    expect(treatmentOf(ana)).toMatchObject({ mayText: true, reason: 'agreed', wordingVersion: 'test-1' });
    expect(treatmentOf(bea)?.why).toBe(
      'There is no agreement to it. Others at the number agreed for themselves alone.',
    );

    const caller = { ...world.caller(start), actor: { kind: 'staff', id: 'ann' } as const };
    const write = (to: Parameters<typeof writeStaffText>[1]['to']) =>
      writeStaffText(
        caller,
        { to, words: 'The office moved.', sendAt: iso(start.add({ minutes: 5 })), confirmWarnings: true },
        (items) => transact(items),
      ).then(
        () => 'planned',
        (error: Problem) => error.code,
      );
    expect(await write({ patientId: ana.id })).toBe('planned');
    expect(await write({ patientId: bea.id })).toBe('no-consent');
    // To whoever reads it: it may be Bea.
    const threadId = threadIdOf(world.clinic.clinicId, ana.phone);
    expect(await write({ threadId })).toBe('no-consent');

    const everybody = await ask(world, record, { body: { phone: ana.phone, ...said } });
    expect(everybody.body.categories[0]).toMatchObject({ mayText: true });
    const hers = (await ask(world, ofPatient, { params: { patientId: bea.id } })).body;
    expect(hers.categories[0].why).toMatch(/^Agreed on \S+ to staff, for whoever has the number\.$/);
    expect(await write({ threadId })).toBe('planned');
  });

  it.each([
    ['body.evidence', { phone: '+13035550100', ...said, category: 'marketing' }],
    ['body.evidence', { phone: '+13035550100', ...said, category: 'all' }],
    ['body.at', { phone: '+13035550100', ...said, at: '2999-01-01T00:00:00Z' }],
    ['body.phone', said],
    ['body.phone', { phone: '303 555 0100', ...said }],
    ['body.phone', { phone: '+13035550100', patientId: 'pat_01K8Z3V9Q4M7T2W6X5Y1N0R8PA', ...said }],
    ['body.category', { phone: '+13035550100', ...said, category: 'offers' }],
    ['body.wording', { phone: '+13035550100', ...said, wording: '' }],
    ['body.language', { phone: '+13035550100', ...said, language: 'fr' }],
    ['body.granted', { phone: '+13035550100', ...said, granted: 'yes' }],
  ])('that cannot be is refused, and %s is named', async (field, body) => {
    const answer = await ask(await newWorld(), record, { body });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field }] } });
  });

  it("about another clinic's patient is 404, and their number is one of whom we know nothing", async () => {
    const [ours, theirs] = await Promise.all([newWorld(), newWorld()]);
    const patient = await addPatient(theirs);
    expect(await ask(ours, record, { body: { patientId: patient.id, ...said } })).toMatchObject({ status: 404 });
    expect((await ask(ours, ofNumber, { body: { phone: patient.phone } })).body).toMatchObject({
      entries: [],
      rev: 0,
    });
  });
});

describe('the ledger', () => {
  /** As a phone leaves it that says START and STOP for days, or a clinic that imports twice a year. */
  const longLedger = async (entries: number) => {
    const world = await newWorld();
    const phone = testPhone();
    const words = { how: 'import', wording: 'w'.repeat(2_000), wordingVersion: '1' } as const;
    for (let done = 0; done < entries; done += 20) {
      const standing = await loadStanding(world.clinic.clinicId, phone);
      const given = Array.from({ length: Math.min(20, entries - done) }, (_, index) => ({
        ...words,
        category: 'treatment' as const,
        granted: true,
        at: iso(start.subtract({ minutes: done + index + 1 })),
      }));
      const { items, standing: after } = withConsent(world.caller(start), standing, given);
      await transact([...items, standingItem(world.caller(start), after, 'test')]);
    }
    return { world, phone };
  };

  it('may be as long as it likes: what the desk takes down is recorded, and explained by what it hangs on', async () => {
    const { world, phone } = await longLedger(240);
    const revoked = { phone, ...said, granted: false, category: 'all', wording: 'No more.' };
    const answer = await ask(world, record, { body: revoked, headers: { 'idempotency-key': 'k2' } });
    expect(answer).toMatchObject({ status: 201, body: { entries: [{ wording: 'No more.', granted: false }] } });
    expect(answer.body.categories[0]).toMatchObject({ reason: 'opted-out', wording: 'No more.' });
    expect((await loadStanding(world.clinic.clinicId, phone)).optedOut).toBeDefined();
    // The agreement that holds may be any number of entries back.
    const back = { phone, ...said, category: 'billing', evidence: 'call 9' };
    expect((await ask(world, record, { body: back })).body.entries).toHaveLength(1);
  });

  it('is read page by page, what was said last first', async () => {
    const { world, phone } = await longLedger(30);
    const read = (page: object) => ask(world, ofNumber, { body: { phone, ...page } });
    const first = await read({});
    expect(first.body.entries).toHaveLength(25);
    expect(first.body.categories[0]).toMatchObject({ mayText: true, since: iso(start.subtract({ minutes: 1 })) });
    const second = await read({ limit: 25, cursor: first.body.cursor });
    expect(second.body).toMatchObject({ categories: first.body.categories, rev: first.body.rev });
    expect(second.body).not.toHaveProperty('cursor');
    const instants = [...first.body.entries, ...second.body.entries].map(({ at }: { at: string }) => at);
    expect(instants).toEqual(Array.from({ length: 30 }, (_, index) => iso(start.subtract({ minutes: index + 1 }))));

    const other = { body: { phone: testPhone(), cursor: first.body.cursor } };
    for (const page of [{ cursor: 'x' }, { limit: 0 }, { limit: 101 }, { cursor: 'a b' }]) {
      const [field] = Object.keys(page);
      expect(await read(page)).toMatchObject({
        status: 400,
        body: { errors: [{ field: `body.${field}` }] },
      });
    }
    expect(await ask(world, ofNumber, other)).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'body.cursor' }] },
    });
  });

  it('keeps of a text the first 320 characters, and where the rest is', async () => {
    const world = await newWorld();
    const phone = testPhone();
    const words = `stop texting me ${'\u{1f600}'.repeat(700)}`;
    const textId = await reply(world, phone, words, start);
    const [entry] = await consentsOf(world.clinic.clinicId, phone);
    expect(entry).toMatchObject({ granted: false, evidence: textId });
    expect(entry?.wording).toBe(`${[...words].slice(0, 320).join('')}…`);
    expect((await loadInboundText(world.clinic.clinicId, phone, textId))?.body).toBe(words);
  });

  it('comes to the standing, in the order in which it was written: a STOP counts however late, a START only after the last', async () => {
    const world = await newWorld();
    const phone = testPhone();
    const inbound = (body: string, minutes: number) =>
      replySaid(world, phone, body, { said: start.add({ minutes }), now: start.add({ minutes: 10 }) });
    await inbound('START', 1);
    await inbound('STOP', 4);
    await inbound('START', 5);
    await inbound('stop all', 2);
    await inbound('START', 3);
    expect((await loadStanding(world.clinic.clinicId, phone)).optedOut).toMatchObject({ how: 'text' });
    await inbound('START', 6);
    const { granted, grantedBy, stopped, optedOut } = await loadStanding(world.clinic.clinicId, phone);
    const ledger = await consentsOf(world.clinic.clinicId, phone);
    expect(ledger.map((entry) => entry.granted)).toEqual([true, false, true, false, true]);
    expect(ledger.map(({ at: said }) => said)).toEqual([1, 4, 5, 2, 6].map((minutes) => iso(start.add({ minutes }))));
    expect({ ...stateOf(ledger), optedOut: undefined }).toEqual({ granted, grantedBy, stopped, optedOut });
    expect(optedOut).toBeUndefined();
    expect(granted.marketing).toBeUndefined();
  });
});
