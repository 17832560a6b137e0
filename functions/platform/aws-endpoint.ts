import { optionalEnv } from './config.ts';

/** The address that the environment gives a service instead of its own, as the SDK reads it. */
export const givenEndpoint = (service: string): string | undefined =>
  optionalEnv(`AWS_ENDPOINT_URL_${service.toUpperCase()}`) ?? optionalEnv('AWS_ENDPOINT_URL');

// Both partitions have the same domain; the others (China, Europe's sovereign cloud, the isolated ones) have their own.
const commercialOrGovCloud = /^(?:af|ap|ca|eu|il|me|mx|sa|us|us-gov)-[a-z]+-\d+$/;

/** The domain of a region's services. @throws for a region outside of the partitions `aws` and `aws-us-gov` */
export const domainOf = (region: string): string => {
  if (!commercialOrGovCloud.test(region)) throw new Error('This region is in none of the partitions supported');
  return 'amazonaws.com';
};

/** The host name of a service in a region. @throws as `domainOf` does */
export const regionalHost = (service: string, region: string): string => `${service}.${region}.${domainOf(region)}`;
