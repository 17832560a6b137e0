import { Temporal } from 'temporal-polyfill';
import { expect } from 'vitest';
import { handler as intake } from '../../functions/intake/handlers/http.ts';
import type { Id } from '../../functions/platform/ids.ts';
import { licensedInColorado } from './catalog.ts';
import { type Answer, askAsStaff, createTestClinic, type TestClinic } from './clinic.ts';
import { testPhone } from './phones.ts';
import { scheduling } from './scheduling.ts';

/** A clinic of one provider, open day and night, with one type of visit; nothing another test does can touch it. */
export interface Practice {
  readonly clinic: TestClinic;
  readonly providerId: Id<'provider'>;
  readonly typeId: Id<'appointmentType'>;
  /** Asks scheduling as staff. */
  readonly staff: (routeKey: string, options?: Parameters<typeof askAsStaff>[3]) => Promise<Answer>;
  readonly addPatient: (details?: Record<string, unknown>) => Promise<Id<'patient'>>;
  /** Books half an hour of video at a wall time of the provider, `09:00`, so many days from now. */
  readonly book: (
    patientId: string,
    days: number,
    time: string,
  ) => Promise<{ id: Id<'appointment'>; start: string; end: string }>;
}

export const practiceZone = 'America/Denver';

/** The instant of a wall time of the practice, so many days from today. */
export const practiceTime = (days: number, time: string): Temporal.Instant =>
  Temporal.Now.zonedDateTimeISO(practiceZone)
    .toPlainDate()
    .add({ days })
    .toPlainDateTime(time)
    .toZonedDateTime(practiceZone)
    .toInstant();

export const openPractice = async (): Promise<Practice> => {
  const clinic = await createTestClinic(Temporal.Now.instant());
  const staff: Practice['staff'] = (routeKey, options = {}) =>
    askAsStaff(scheduling, clinic.clinicId, routeKey, options);
  const made = async (answer: Answer): Promise<Answer['body']> => {
    expect(answer).toMatchObject({ status: 201 });
    return answer.body;
  };
  const { id: providerId } = await made(
    await staff('POST /v1/providers', {
      body: {
        name: 'Dr. Test',
        role: 'physician',
        zone: practiceZone,
        availability: [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from: '00:00', to: '24:00' })),
        licences: licensedInColorado,
      },
    }),
  );
  const { id: typeId } = await made(
    await staff('POST /v1/appointment-types', {
      body: {
        name: 'Back pain review',
        minutes: 30,
        modalities: ['video'],
        providerIds: [providerId],
        horizonDays: 90,
      },
    }),
  );
  return {
    clinic,
    providerId,
    typeId,
    staff,
    addPatient: async (details = {}) => {
      const body = {
        givenName: 'Ada',
        familyName: 'Test',
        birthDate: '1980-05-17',
        phone: testPhone(),
        zone: practiceZone,
        state: 'CO',
        ...details,
      };
      return (await made(await askAsStaff(intake, clinic.clinicId, 'POST /v1/patients', { body }))).id;
    },
    book: async (patientId, days, time) =>
      made(
        await staff('POST /v1/appointments', {
          body: { patientId, providerId, typeId, start: practiceTime(days, time).toString({ smallestUnit: 'second' }) },
        }),
      ),
  };
};
