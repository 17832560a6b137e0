import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Temporal } from 'temporal-polyfill';
import { expect } from 'vitest';
import { handler as intake } from '../../../functions/intake/handlers/http.ts';
import { sendText } from '../../../functions/messaging/sending/send.ts';
import { messagesOfCause } from '../../../functions/messaging/store.ts';
import type { Id } from '../../../functions/platform/ids.ts';
import type { Offer } from '../../../functions/scheduling/core/waiting-list.ts';
import { handler as linkHandler } from '../../../functions/scheduling/handlers/links.ts';
import { sweepOffers } from '../../../functions/scheduling/offers.ts';
import { licensedInColorado } from '../../helpers/catalog.ts';
import { type Answer, ask, askAsStaff, createTestClinic, type TestClinic } from '../../helpers/clinic.ts';
import { testPhone } from '../../helpers/phones.ts';
import { scheduling as staffHandler } from '../../helpers/scheduling.ts';
import type { Network } from '../messaging/network.ts';

/** A front desk with a waiting list, in a time of its own: sweeps look at every clinic. */

export const zone = 'America/Denver';
/** Tuesday, 10:00 in Denver: nobody sleeps, and it is over before the other tests begin. */
export const start = Temporal.Instant.from('2026-05-12T16:00:00Z');

const clockFile = join(mkdtempSync(join(tmpdir(), 'plumbline-clock-')), 'clock.json');
let moved = start;

/** Sets the clock that handlers read. */
export const setNow = (instant: Temporal.Instant): void => {
  moved = instant;
  process.env.PLUMBLINE_CLOCK_FILE = clockFile;
  writeFileSync(clockFile, JSON.stringify({ offsetMillis: instant.epochMilliseconds - Date.now() }));
};

/** Lets time pass; none, and a slow machine has not moved the clock on by itself. */
export const pass = (minutes: number): void => setNow(moved.add({ minutes }));
export const now = (): Temporal.Instant => moved;

export interface Person {
  readonly patientId: Id<'patient'>;
  readonly phone: string;
}

export interface Waiting extends Person {
  readonly entryId: Id<'waitingEntry'>;
}

const availability = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from: '07:00', to: '22:00' }));

const created = async (answer: Promise<Answer>) => {
  const { status, body } = await answer;
  expect({ status, body }).toMatchObject({ status: 201 });
  return body;
};

export class Desk {
  readonly clinic: TestClinic;
  readonly providerId: Id<'provider'>;
  readonly typeId: Id<'appointmentType'>;
  readonly network: Network;

  constructor(clinic: TestClinic, providerId: Id<'provider'>, typeId: Id<'appointmentType'>, network: Network) {
    this.clinic = clinic;
    this.providerId = providerId;
    this.typeId = typeId;
    this.network = network;
  }

  static async open(network: Network): Promise<Desk> {
    setNow(start);
    const clinic = await createTestClinic(start);
    const post = (path: string, body: unknown) =>
      created(askAsStaff(staffHandler, clinic.clinicId, `POST ${path}`, { body }));
    const provider = { name: 'Dr. Freed', role: 'physician', zone, availability, licences: licensedInColorado };
    const { id: providerId } = await post('/v1/providers', provider);
    const type = { name: 'Visit', minutes: 30, modalities: ['video'], providerIds: [providerId] };
    const { id: typeId } = await post('/v1/appointment-types', type);
    return new Desk(clinic, providerId, typeId, network);
  }

  staff(routeKey: string, options: Parameters<typeof askAsStaff>[3] = {}): Promise<Answer> {
    pass(0);
    return askAsStaff(staffHandler, this.clinic.clinicId, routeKey, options);
  }

  link(routeKey: string, token: string, options: Parameters<typeof ask>[2] = {}): Promise<Answer> {
    pass(0);
    return ask(linkHandler, routeKey, {
      body: routeKey.startsWith('POST') ? {} : undefined,
      ...options,
      params: { token },
    });
  }

  async addPatient(details: { readonly texts?: boolean; readonly zone?: string } = {}): Promise<Person> {
    const phone = testPhone();
    const body = {
      givenName: 'Ada',
      familyName: 'Waiting',
      birthDate: '1980-05-17',
      phone,
      zone: details.zone ?? zone,
      state: 'CO',
      ...(details.texts === false
        ? {}
        : { consentToText: { granted: true, wording: 'You may text me.', wordingVersion: '1' } }),
    };
    const { id } = await created(askAsStaff(intake, this.clinic.clinicId, 'POST /v1/patients', { body }));
    return { patientId: id, phone };
  }

  async addType(fields: Record<string, unknown>): Promise<Id<'appointmentType'>> {
    const type = { name: 'Other', minutes: 30, modalities: ['video'], providerIds: [this.providerId], ...fields };
    return (await created(this.staff('POST /v1/appointment-types', { body: type }))).id;
  }

  join(person: Person, wishes: Record<string, unknown> = {}): Promise<Answer> {
    return this.staff('POST /v1/waiting-list', {
      body: { patientId: person.patientId, typeId: this.typeId, ...wishes },
    });
  }

  /** Somebody new who waits, behind all who came before. */
  async addWaiting(
    wishes: Record<string, unknown> = {},
    details: Parameters<Desk['addPatient']>[0] = {},
  ): Promise<Waiting> {
    const person = await this.addPatient(details);
    const { id } = await created(this.join(person, wishes));
    return { ...person, entryId: id };
  }

  async book(person: Person, startsAt: string, fields: Record<string, unknown> = {}) {
    const body = { patientId: person.patientId, providerId: this.providerId, typeId: this.typeId, start: startsAt };
    return created(this.staff('POST /v1/appointments', { body: { ...body, ...fields } }));
  }

  async cancel(appointmentId: string): Promise<void> {
    const answer = await this.staff('POST /v1/appointments/{appointmentId}/cancel', {
      params: { appointmentId },
      body: {},
    });
    expect(answer).toMatchObject({ status: 200 });
  }

  /** A visit of somebody else that is given up. */
  async free(startsAt: string, fields: Record<string, unknown> = {}): Promise<void> {
    const { id } = await this.book(await this.addPatient(), startsAt, fields);
    await this.cancel(id);
  }

  /** The minute's sweep, as the schedule would run it now. */
  async sweep(): Promise<void> {
    await sweepOffers(now(), 'sweep');
  }

  async entry({ entryId }: Pick<Waiting, 'entryId'>) {
    const { status, body } = await this.staff('GET /v1/waiting-list/{entryId}', { params: { entryId } });
    expect({ status, body }).toMatchObject({ status: 200 });
    return body as { status: string; appointmentId?: string; offers: Offer[] };
  }

  /** How each offer a person ever had stands, oldest first. */
  async offers(waiting: Waiting): Promise<string[]> {
    return (await this.entry(waiting)).offers.map(({ status }) => status);
  }

  /** Sends the text of a person's newest offer, if it may go, and gives the secret of its link. */
  async token(waiting: Waiting): Promise<string> {
    const { clinicId } = this.clinic;
    const offer = (await this.entry(waiting)).offers.at(-1);
    if (offer === undefined) throw new Error('Nothing was offered');
    for (const { id: messageId } of await messagesOfCause(clinicId, offer.id)) {
      await sendText({ clinicId, messageId }, { now: now(), requestId: 'test' });
    }
    const texts = await this.network.acceptedFor(waiting.phone);
    const token = texts
      .map(({ body }) => /\/o\/([A-Za-z0-9_-]{22})/.exec(body)?.[1])
      .filter((found) => found !== undefined)
      .at(-1);
    return token ?? '';
  }

  accept(token: string): Promise<Answer> {
    return this.link('POST /v1/links/{token}/offer/accept', token);
  }

  decline(token: string): Promise<Answer> {
    return this.link('POST /v1/links/{token}/offer/decline', token);
  }

  /** What has the provider's time at a start. */
  async busyAt(startsAt: string): Promise<string[]> {
    const date = Temporal.Instant.from(startsAt).toZonedDateTimeISO(zone).toPlainDate().toString();
    const { body } = await this.staff('GET /v1/providers/{providerId}/day', {
      params: { providerId: this.providerId },
      query: { date },
    });
    return body.busy
      .filter((busy: { start: string }) => busy.start === startsAt)
      .map(({ heldBy }: { heldBy: string }) => heldBy);
  }
}

/** An instant so many hours after the beginning. */
export const inHours = (hours: number): string =>
  start.add({ minutes: Math.round(hours * 60) }).toString({ smallestUnit: 'second' });
