import { Agent } from 'node:http';
import {
  AccessDeniedException,
  ConflictException,
  InternalServerException,
  PinpointSMSVoiceV2Client,
  PinpointSMSVoiceV2ServiceException,
  ResourceNotFoundException,
  SendTextMessageCommand,
  ServiceQuotaExceededException,
  ThrottlingException,
  ValidationException,
} from '@aws-sdk/client-pinpoint-sms-voice-v2';
import { describe, expect, it } from 'vitest';
import { outcomeOf } from '../../../../functions/messaging/sending/carrier.ts';

const told = (httpStatusCode: number) => ({ message: 'no', $metadata: { httpStatusCode } });
const withCode = (code: string): Error => Object.assign(new Error('no'), { code });

describe('outcomeOf a failed send', () => {
  it.each([
    [
      'an opted-out number',
      new ConflictException({ ...told(400), Reason: 'DESTINATION_PHONE_NUMBER_OPTED_OUT' }),
      'opted-out',
    ],
    [
      'a number of the sandbox that is not verified',
      new ConflictException({ ...told(400), Reason: 'DESTINATION_PHONE_NUMBER_NOT_VERIFIED' }),
      'paused',
    ],
    [
      'a number of ours that is not active',
      new ConflictException({ ...told(400), Reason: 'RESOURCE_NOT_ACTIVE' }),
      'paused',
    ],
    [
      'a country that is blocked',
      new ConflictException({ ...told(400), Reason: 'DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION' }),
      'rejected',
    ],
    ['a bad number', new ValidationException({ ...told(400), Reason: 'INVALID_PARAMETER' }), 'rejected'],
    ['an unknown origination number', new ResourceNotFoundException(told(400)), 'paused'],
    [
      'the spend limit',
      new ServiceQuotaExceededException({ ...told(400), Reason: 'MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT' }),
      'paused',
    ],
    ['a disabled account', new AccessDeniedException({ ...told(400), Reason: 'ACCOUNT_DISABLED' }), 'paused'],
    [
      'expired credentials',
      new PinpointSMSVoiceV2ServiceException({ ...told(403), name: 'ExpiredTokenException', $fault: 'client' }),
      'paused',
    ],
    ['too many requests', new ThrottlingException(told(400)), 'throttled'],
    ['an internal error', new InternalServerException(told(500)), 'ambiguous'],
    [
      'an error without a status',
      new PinpointSMSVoiceV2ServiceException({ message: 'no', name: 'X', $fault: 'server', $metadata: {} }),
      'ambiguous',
    ],
    ['a refused connection', withCode('ECONNREFUSED'), 'paused'],
    ['a name that does not resolve', withCode('ENOTFOUND'), 'paused'],
    ['a reset connection', withCode('ECONNRESET'), 'ambiguous'],
    ['a timeout', Object.assign(new Error('timed out'), { name: 'TimeoutError' }), 'ambiguous'],
    ['something that is no error', 'no', 'ambiguous'],
  ])('%s', (_, error, kind) => {
    expect(outcomeOf(error)).toMatchObject({ kind });
  });

  it('a connection that never came about: nothing was sent, so it may be sent again', async () => {
    // No name server ever answers, so the socket stays connecting.
    const httpAgent = new Agent({ lookup: () => {} });
    const client = new PinpointSMSVoiceV2Client({
      endpoint: 'http://carrier.invalid',
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
      requestHandler: { connectionTimeout: 50, httpAgent },
    });
    const error: unknown = await client
      .send(new SendTextMessageCommand({ DestinationPhoneNumber: '+13035550100' }))
      .catch((failure: unknown) => failure);
    client.destroy();

    expect(outcomeOf(error)).toEqual({ kind: 'paused', reason: 'unreachable' });
  });

  it('keeps the code of the carrier as the reason', () => {
    const error = new ServiceQuotaExceededException({ ...told(400), Reason: 'MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT' });
    expect(outcomeOf(error)).toEqual({ kind: 'paused', reason: 'MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT' });
  });
});
