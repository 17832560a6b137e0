import { randomInt } from 'node:crypto';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import type { StaffGroup } from '../../functions/platform/access.ts';
import { appointmentView } from '../../functions/scheduling/contract/shared.ts';
import { type Answer, type CallOptions, callApi, signIn } from '../api.ts';
import type { ClinicInfo } from '../clinic-info.ts';
import { hold } from './check.ts';
import { type Phone, phoneAt } from './phone.ts';

export type Appointment = z.output<typeof appointmentView>;

const text = z.object({ id: z.string(), status: z.string(), plannedFor: z.string(), reason: z.string().optional() });
/** A text as the API tells of it. */
export type TextRecord = z.output<typeof text>;

const texts = z.object({ items: z.array(text) });

/** What the tour needs again and again: the API as staff, the phones, the records of a visit. */
export class Guide {
  readonly clinic: ClinicInfo;
  readonly #tokens = new Map<StaffGroup, string>();

  constructor(clinic: ClinicInfo) {
    this.clinic = clinic;
  }

  phone(number: string): Phone {
    return phoneAt(this.clinic.phonePageUrl, number);
  }

  /** Where a failure can be looked into. */
  get look(): string {
    const log = join(dirname(dirname(this.clinic.clockFile)), 'logs', 'engine.log');
    return `the phones at ${this.clinic.phonePageUrl}, and what the functions logged, in ${log}`;
  }

  /** A call to the API; as nobody, or as a member of staff. */
  async call(role: StaffGroup | 'nobody', method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    const token = role === 'nobody' ? undefined : await this.#token(role);
    return callApi(this.clinic.apiUrl, method, path, { ...options, token });
  }

  /** The same, and its body as the schema reads it. @throws TourFailure for any other status */
  async ask<Schema extends z.ZodType>(
    schema: Schema,
    role: StaffGroup | 'nobody',
    method: string,
    path: string,
    options: CallOptions = {},
    status = 200,
  ): Promise<z.output<Schema>> {
    const answer = await this.call(role, method, path, options);
    hold(
      answer.status === status,
      { expected: `${method} ${path} to answer ${status}`, look: this.look },
      `${answer.status} ${JSON.stringify(answer.body)}`,
    );
    return schema.parse(answer.body);
  }

  appointment(id: string): Promise<Appointment> {
    return this.ask(appointmentView, 'frontdesk', 'GET', `/v1/appointments/${id}`);
  }

  /** What staff say happened to a visit, on the revision they have seen. */
  async change(role: StaffGroup, id: string, verb: string, body: unknown = {}): Promise<Appointment> {
    const { rev } = await this.appointment(id);
    return this.ask(appointmentView, role, 'POST', `/v1/appointments/${id}/${verb}`, {
      body,
      headers: { 'if-match': `"${rev}"` },
    });
  }

  /** The records of the texts round a visit. */
  async texts(appointmentId: string): Promise<readonly TextRecord[]> {
    const { items } = await this.ask(texts, 'frontdesk', 'GET', `/v1/appointments/${appointmentId}/texts`);
    return items;
  }

  /** A number of this kind that no patient of the clinic has: 555-01xx in a city's area code. */
  async freshPhone(): Promise<Phone> {
    const found = z.object({ items: z.array(z.unknown()) });
    for (let attempt = 0; attempt < 100; attempt += 1) {
      const area = areaCodes[randomInt(areaCodes.length)];
      const number = `+1${area}55501${String(randomInt(100)).padStart(2, '0')}`;
      const { items } = await this.ask(found, 'frontdesk', 'POST', '/v1/patients/search', { body: { who: number } });
      const phone = this.phone(number);
      if (items.length === 0 && (await phone.received()).length === 0) return phone;
    }
    throw new Error('Every phone the tour knows has a patient by now: begin anew with npm start -- --fresh.');
  }

  async #token(role: StaffGroup): Promise<string> {
    const known = this.#tokens.get(role);
    if (known !== undefined) return known;
    const member = this.clinic.staff.find((each) => each.role === role);
    if (member === undefined) throw new Error(`The clinic has no staff with the role ${role}; the tour needs one.`);
    const token = await signIn({ clientId: this.clinic.userPoolClientId, ...member });
    this.#tokens.set(role, token);
    return token;
  }
}

const areaCodes = [212, 214, 305, 312, 404, 415, 503, 512, 602, 612, 617, 619, 702, 713, 801, 813, 901, 919];
