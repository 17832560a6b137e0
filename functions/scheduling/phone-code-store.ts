import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { Entity } from 'dynamodb-toolbox/entity';
import { EntityParser } from 'dynamodb-toolbox/entity/actions/parse';
import { boolean, item, number, string } from 'dynamodb-toolbox/schema';
import type { Caller } from '../platform/actor.ts';
import { toStored } from '../platform/clock.ts';
import { env } from '../platform/config.ts';
import { type Id, sha256 } from '../platform/ids.ts';
import { documentClient, put, recordsTable, type TransactItem } from '../platform/store/records.ts';

/** All DynamoDB access of the codes that prove a phone. */

/**
 * The newest code of a number: which one it is, how often somebody tried, and whether it was used. Neither the number nor the code
 * is in it. A technical item: it expires, and the audit stream leaves it out.
 */
const PhoneCodeEntity = new Entity({
  name: 'PhoneCode',
  table: recordsTable,
  timestamps: false,
  schema: item({
    clinicId: string().key(),
    phoneHash: string().key(),
    codeId: string(),
    tries: number(),
    isUsed: boolean(),
    /** Judged on reading. */
    expiresAt: string(),
    /** When DynamoDB may delete it. */
    expiresAtEpochSeconds: number(),
  }),
  computeKey: ({ clinicId, phoneHash }) => ({ pk: `clinic#${clinicId}#phone-code#${phoneHash}`, sk: 'phone-code' }),
});

const hashOf = (clinicId: string, phone: string): string => sha256(JSON.stringify([clinicId, phone]));

const keyOf = (clinicId: string, phone: string): Record<string, unknown> =>
  PhoneCodeEntity.build(EntityParser).parse({ clinicId, phoneHash: hashOf(clinicId, phone) }, { mode: 'key' }).key;

/** Makes a code the only one of its number. */
export const phoneCodeItem = (
  { clinicId }: Caller,
  code: { readonly id: Id<'phoneCode'>; readonly phone: string; readonly expiresAt: string },
): TransactItem =>
  put(PhoneCodeEntity, {
    clinicId,
    phoneHash: hashOf(clinicId, code.phone),
    codeId: code.id,
    tries: 0,
    isUsed: false,
    expiresAt: code.expiresAt,
    expiresAtEpochSeconds: Math.floor(Date.parse(code.expiresAt) / 1000) + 3600,
  });

/**
 * Counts one try of the number's code before anybody knows whether it is right, so that many at once cannot get more tries
 * than one after the other.
 * @returns which code it is; undefined when there is none to try: never asked for, expired, used, or tried too often.
 */
export const countTry = async (
  { clinicId, now }: Caller,
  phone: string,
  most: number,
): Promise<Id<'phoneCode'> | undefined> => {
  try {
    const { Attributes } = await documentClient.send(
      new UpdateCommand({
        TableName: env('RECORDS_TABLE'),
        Key: keyOf(clinicId, phone),
        UpdateExpression: 'ADD tries :one',
        ConditionExpression: 'isUsed = :no AND tries < :most AND expiresAt > :now',
        ExpressionAttributeValues: { ':one': 1, ':no': false, ':most': most, ':now': toStored(now) },
        ReturnValues: 'ALL_NEW',
      }),
    );
    return Attributes?.codeId as Id<'phoneCode'> | undefined;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
};

/** Uses a code up; the transaction fails if it was used before, or is not the number's code any more. */
export const useCodeItem = ({ clinicId }: Caller, phone: string, codeId: Id<'phoneCode'>): TransactItem => ({
  Update: {
    TableName: env('RECORDS_TABLE'),
    Key: keyOf(clinicId, phone),
    UpdateExpression: 'SET isUsed = :yes',
    ConditionExpression: 'codeId = :codeId AND isUsed = :no',
    ExpressionAttributeValues: { ':yes': true, ':no': false, ':codeId': codeId },
  },
});
