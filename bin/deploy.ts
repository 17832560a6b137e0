import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Validations } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { createApp, createPlumbline } from '../lib/plumbline.ts';
import { resolveStage } from '../lib/stage.ts';

const root = join(import.meta.dirname, '..');

const bundledCode = (functionName: string): Code => {
  const directory = join(root, 'dist', 'functions', functionName);
  if (!existsSync(join(directory, 'index.mjs'))) {
    throw new Error(
      `There is no bundle of the function ${functionName} in dist/functions; make it with "npm run build"`,
    );
  }
  return Code.fromAsset(directory);
};

const app = createApp();
const context = (key: string): unknown => app.node.tryGetContext(key);
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
// The unit tests run the same rules over every stage; here they stop a deployment that reaches patients.
if (stage.name !== 'local') {
  const { AwsSolutionsChecks, HIPAASecurityChecks } = await import('cdk-nag');
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new HIPAASecurityChecks(app));
}
app.synth();
