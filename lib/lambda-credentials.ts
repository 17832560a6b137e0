/**
 * Stands in for `@aws-sdk/credential-provider-node` inside the bundles. Lambda hands the role's credentials to a function in its
 * environment, so the SDK's search through profiles, sign-in caches and metadata services (95 KB of every bundle) finds nothing
 * there that the environment does not already say.
 */
export const defaultProvider = () => async () => {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = process.env;
  if (!accessKeyId || !secretAccessKey) throw new Error('There are no credentials in the environment');
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
};
