import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CloudFormationValidatePlugin, Validations } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { defaultBundles } from '../lib/bundle.ts';
import { asPlugin } from '../lib/constructs/cdk-types.ts';
import { createApp, createPlumbline } from '../lib/plumbline.ts';
import { resolveStage } from '../lib/stage.ts';

const root = join(import.meta.dirname, '..');
const app = createApp();
const context = (key: string): unknown => app.node.tryGetContext(key);

/** Where `lib/bundle.ts` put the functions: `-c bundles=...` when it was told another place. */
const bundles = String(context('bundles') ?? defaultBundles(root));

const bundledCode = (functionName: string): Code => {
  const directory = join(bundles, functionName);
  if (!existsSync(join(directory, 'index.mjs'))) {
    throw new Error(`There is no bundle of the function ${functionName} in ${bundles}; make it with "npm run build"`);
  }
  return Code.fromAsset(directory);
};

const stage = resolveStage({
  stage: context('stage'),
  stages: context('stages'),
  publicUrl: context('publicUrl'),
  smsEndpoint: context('smsEndpoint'),
});
const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;
createPlumbline(
  app,
  { stage, codeOf: bundledCode },
  { ...(account !== undefined && { account }), ...(region !== undefined && { region }) },
);
// These cost seconds, so they run for what reaches patients and not at each start of the local clinic. The unit tests hold every
// stage to the same rules.
if (stage.name !== 'local') {
  const { AwsSolutionsChecks, HIPAASecurityChecks } = await import('cdk-nag');
  Validations.of(app).addPlugins(
    asPlugin(new CloudFormationValidatePlugin()),
    new AwsSolutionsChecks(app),
    new HIPAASecurityChecks(app),
  );
}
app.synth();
