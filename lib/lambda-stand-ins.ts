import { domainOf, regionalHost } from '../functions/platform/aws-endpoint.ts';

/**
 * What the bundles have in the place of parts of the SDK that a function in Lambda does not need (see bundle-plugins.ts).
 * Each does what the original would do there, and refuses whatever only the original could.
 */

/**
 * For `defaultProvider` of `@aws-sdk/credential-provider-node`: Lambda hands the role's credentials to a function in its
 * environment, so a search through profiles, sign-in caches and metadata services finds nothing there that the environment
 * does not already say.
 */
export const lambdaCredentials = () => async () => {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = process.env;
  if (!accessKeyId || !secretAccessKey) throw new Error('There are no credentials in the environment');
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
};

/**
 * For `fromSharedConfigFiles`: a function has no home with files in it, so each setting goes on to its default.
 * @throws where the environment names some
 */
export const noSharedFiles = () => {
  const named = ['AWS_PROFILE', 'AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE'].find((name) => process.env[name]);
  if (named !== undefined) throw new Error(`${named} is not read by this bundle`);
  return async () => {
    throw Object.assign(new Error('There are no configuration files'), { tryNextLink: true });
  };
};

/** For `resolveEndpointDiscoveryConfig`: no operation of DynamoDB discovers its endpoint. @throws where it is asked for */
export const noEndpointDiscovery = <Config extends { readonly endpointDiscoveryEnabled?: unknown }>(config: Config) => {
  const { AWS_ENABLE_ENDPOINT_DISCOVERY, AWS_ENDPOINT_DISCOVERY_ENABLED } = process.env;
  if (config.endpointDiscoveryEnabled || AWS_ENABLE_ENDPOINT_DISCOVERY || AWS_ENDPOINT_DISCOVERY_ENABLED) {
    throw new Error('Left out of this bundle: endpoint discovery');
  }
  return config;
};

interface EndpointParameters {
  readonly Endpoint?: string;
  readonly Region?: string;
  readonly UseFIPS?: boolean;
  readonly UseDualStack?: boolean;
  readonly AccountIdEndpointMode?: string;
}

/** The endpoint given (AWS_ENDPOINT_URL and its like), else the service's own in the region. */
const endpointOf =
  (service: string) =>
  ({ Endpoint, Region = '', UseFIPS, UseDualStack, AccountIdEndpointMode }: EndpointParameters) => {
    if (UseFIPS || UseDualStack || AccountIdEndpointMode === 'required') {
      throw new Error('Left out of this bundle: FIPS, dual-stack and account endpoints');
    }
    return { url: new URL(Endpoint ?? `https://${regionalHost(service, Region)}`), properties: {}, headers: {} };
  };

/** For `defaultEndpointResolver` of the DynamoDB client, and of the SMS client. */
export const dynamodbEndpoint = endpointOf('dynamodb');
export const smsEndpoint = endpointOf('sms-voice');

/** For `partition`, which the rules of any other client ask. */
export const partition = (region: string) => ({
  name: region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws',
  dnsSuffix: domainOf(region),
  dualStackDnsSuffix: 'api.aws',
  supportsFIPS: true,
  supportsDualStack: true,
});
