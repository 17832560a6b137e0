import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PinpointSMSVoiceV2Client } from '@aws-sdk/client-pinpoint-sms-voice-v2';
import { partition as sdkPartition } from '@aws-sdk/core/client';
import { afterEach, describe, expect, it, test, vi } from 'vitest';
import {
  dynamodbEndpoint,
  lambdaCredentials,
  noEndpointDiscovery,
  noSharedFiles,
  partition,
  smsEndpoint,
} from '../../../lib/lambda-stand-ins.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

test('the credentials are those Lambda puts into the environment', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'id');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_SESSION_TOKEN', 'token');
  expect(await lambdaCredentials()()).toEqual({ accessKeyId: 'id', secretAccessKey: 'secret', sessionToken: 'token' });
});

test('without a session token there is none', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'id');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_SESSION_TOKEN', undefined);
  expect(await lambdaCredentials()()).toEqual({ accessKeyId: 'id', secretAccessKey: 'secret' });
});

test('an environment without credentials is an error, not an anonymous call', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
  await expect(lambdaCredentials()()).rejects.toThrow('no credentials');
});

const unsetFiles = (): void => {
  for (const name of ['AWS_PROFILE', 'AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE']) vi.stubEnv(name, undefined);
};

test('a setting that the environment does not say goes on to its default', async () => {
  unsetFiles();
  await expect(noSharedFiles()()).rejects.toMatchObject({ tryNextLink: true });
});

test.each(['AWS_PROFILE', 'AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE'])(
  '%s is refused, not passed over',
  (name) => {
    unsetFiles();
    vi.stubEnv(name, 'any');
    expect(() => noSharedFiles()).toThrow(`${name} is not read by this bundle`);
  },
);

test('endpoint discovery is refused where it is asked for, and no part of the configuration otherwise', () => {
  const config = { endpointDiscoveryEnabled: undefined };
  expect(noEndpointDiscovery(config)).toBe(config);
  expect(() => noEndpointDiscovery({ endpointDiscoveryEnabled: true })).toThrow('Left out');
  vi.stubEnv('AWS_ENABLE_ENDPOINT_DISCOVERY', 'true');
  expect(() => noEndpointDiscovery(config)).toThrow('Left out');
});

const supported = [
  ...['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'us-gov-east-1', 'us-gov-west-1'],
  ...['af-south-1', 'ap-southeast-7', 'ca-west-1', 'eu-central-2', 'il-central-1', 'me-south-1', 'mx-central-1'],
  'sa-east-1',
];
const elsewhere = ['cn-north-1', 'us-iso-east-1', 'us-isob-east-1', 'eusc-de-east-1', 'aws-global', ''];

describe('the endpoint', () => {
  const sdk = {
    dynamodb: new DynamoDBClient({ region: 'us-east-1' }).config.endpointProvider,
    sms: new PinpointSMSVoiceV2Client({ region: 'us-east-1' }).config.endpointProvider,
  };

  it.each(supported)('in %s is the one that the rules of the SDK give', (Region) => {
    const parameters = { Region, UseFIPS: false, UseDualStack: false, AccountIdEndpointMode: 'preferred' };
    expect(dynamodbEndpoint(parameters)).toEqual(sdk.dynamodb(parameters, {}));
    expect(smsEndpoint(parameters)).toEqual(sdk.sms(parameters, {}));
  });

  it('is the one given, with its port and path', () => {
    for (const Endpoint of ['http://127.0.0.1:8701', 'https://vpce.example/dynamodb']) {
      const parameters = { Region: 'us-east-1', Endpoint, UseFIPS: false, UseDualStack: false };
      expect(dynamodbEndpoint(parameters)).toEqual(sdk.dynamodb(parameters, {}));
      expect(smsEndpoint(parameters)).toEqual(sdk.sms(parameters, {}));
    }
  });

  it.each([{ UseFIPS: true }, { UseDualStack: true }, { AccountIdEndpointMode: 'required' }])(
    'is refused for %o, not another than was asked for',
    (kind) => {
      expect(() => dynamodbEndpoint({ Region: 'us-east-1', ...kind })).toThrow('Left out');
    },
  );

  it.each(elsewhere)('is refused in "%s", whose domain is another', (Region) => {
    expect(() => dynamodbEndpoint({ Region })).toThrow('none of the partitions');
    expect(() => partition(Region)).toThrow('none of the partitions');
  });
});

it.each(supported)('the partition of %s is what the SDK says', (region) => {
  expect(sdkPartition(region)).toMatchObject(partition(region));
});
