import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { Temporal } from 'temporal-polyfill';
import { expect } from 'vitest';
import { sendText } from '../../../functions/messaging/sending/send.ts';
import { env } from '../../../functions/platform/config.ts';
import { type Id, sha256 } from '../../../functions/platform/ids.ts';
import { documentClient } from '../../../functions/platform/store/records.ts';
import { handler } from '../../../functions/scheduling/handlers/public.ts';
import { type Answer, ask, type TestClinic } from '../../helpers/clinic.ts';
import type { EventOptions } from '../../helpers/events.ts';
import type { Network } from '../messaging/network.ts';

/** What a stranger does to prove a phone, with the sender run in place of its queue. */

let addresses = 0;

/** An internet address nobody has asked from yet: RFC 2544's, which nobody has. */
export const newAddress = (): string => {
  addresses += 1;
  return `198.18.${addresses >> 8}.${addresses & 255}`;
};

/** Asks the public function of a clinic; from a place of its own unless told otherwise. */
export const askAnyone = (
  clinic: Pick<TestClinic, 'slug'>,
  route: string,
  { params, ...options }: EventOptions = {},
): Promise<Answer> =>
  ask(handler, route, { address: newAddress(), ...options, params: { slug: clinic.slug, ...params } });

/** The record of a number's newest code, as it lies in the table. */
export const storedCode = async (
  { clinicId }: TestClinic,
  phone: string,
): Promise<Record<string, unknown> | undefined> => {
  const pk = `clinic#${clinicId}#phone-code#${sha256(JSON.stringify([clinicId, phone]))}`;
  const { Item } = await documentClient.send(
    new GetCommand({ TableName: env('RECORDS_TABLE'), Key: { pk, sk: 'phone-code' }, ConsistentRead: true }),
  );
  return Item;
};

/** The id of the text that carries a number's newest code. */
export const codeTextOf = async (clinic: TestClinic, phone: string): Promise<string> => {
  const { codeId } = (await storedCode(clinic, phone)) ?? {};
  return `${String(codeId) as Id<'phoneCode'>}#phone-code#0`;
};

/** Sends the text that waits for a number, as the queue would. */
export const deliverCode = async (clinic: TestClinic, phone: string, now = Temporal.Now.instant()): Promise<void> =>
  sendText({ clinicId: clinic.clinicId, messageId: await codeTextOf(clinic, phone) }, { now, requestId: 'test' });

/** The codes a phone got, oldest first. */
export const codesOn = async (network: Network, phone: string): Promise<readonly string[]> =>
  (await network.acceptedFor(phone)).flatMap(({ body }) => /\b\d{6}\b/.exec(body)?.[0] ?? []);

/** Asks for a code and reads it off the phone. */
export const proveBy = async (network: Network, clinic: TestClinic, phone: string): Promise<string> => {
  const before = (await codesOn(network, phone)).length;
  const asked = await askAnyone(clinic, 'POST /v1/public/{slug}/phone-codes', { body: { phone } });
  expect(asked).toMatchObject({ status: 202 });
  await deliverCode(clinic, phone);
  const codes = await codesOn(network, phone);
  expect(codes).toHaveLength(before + 1);
  return codes.at(-1) ?? '';
};
