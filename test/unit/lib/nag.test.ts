import { AwsSolutionsChecks, HIPAASecurityChecks } from 'cdk-nag';
import { expect, test } from 'vitest';
import { type StageName, stageNames } from '../../../lib/stage.ts';
import { synthesize } from './synth.ts';

test.each(stageNames)('stage %s has no finding of AwsSolutions and HIPAA.Security without a reason', (stage) => {
  const { app } = synthesize({ stage });
  const findings = [new AwsSolutionsChecks(), new HIPAASecurityChecks()].flatMap((pack) =>
    pack
      .validateScope(app)
      .violations.flatMap(({ ruleName, violatingResources }) =>
        violatingResources.map(({ constructPath }) => `${ruleName} at ${constructPath}`),
      ),
  );
  expect(findings).toEqual([]);
});

test('a resource that breaks a rule is found', async () => {
  const { Bucket } = await import('aws-cdk-lib/aws-s3');
  const stage: StageName = 'local';
  const { app, plumbline } = synthesize({ stage });
  new Bucket(plumbline.observe, 'Open');
  const { violations } = new AwsSolutionsChecks().validateScope(app);
  expect(violations.map(({ ruleName }) => ruleName)).toContain('AwsSolutions-S10');
});
