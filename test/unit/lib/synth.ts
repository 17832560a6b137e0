import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { createApp, createPlumbline, type Plumbline } from '../../../lib/plumbline.ts';
import { resolveStage, type StageContext } from '../../../lib/stage.ts';

/** One resource of a template, as CloudFormation would read it. */
export interface Resource {
  readonly stack: string;
  readonly logicalId: string;
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
}

export interface Synthesized {
  readonly app: App;
  readonly plumbline: Plumbline;
  /** Every resource of every stack. */
  readonly resources: readonly Resource[];
  readonly ofType: (type: string) => readonly Resource[];
}

/** Synthesizes a stage in process, with empty code instead of bundles: what is asserted here does not depend on the code. */
export const synthesize = (context: StageContext): Synthesized => {
  const directory = mkdtempSync(join(tmpdir(), 'plumbline-'));
  const bundle = join(directory, 'bundle');
  mkdirSync(bundle);
  writeFileSync(join(bundle, 'index.mjs'), '');
  const app = createApp({ outdir: join(directory, 'cdk.out') });
  const plumbline = createPlumbline(app, { stage: resolveStage(context), codeOf: () => Code.fromAsset(bundle) });
  const assembly = app.synth();
  const resources = assembly.stacks.flatMap((stack) =>
    Object.entries<Omit<Resource, 'stack' | 'logicalId'>>(stack.template.Resources).map(([logicalId, resource]) => ({
      stack: stack.stackName.replace(/^plumbline-\w+-/, ''),
      logicalId,
      ...resource,
      Properties: resource.Properties ?? {},
    })),
  );
  rmSync(directory, { recursive: true });
  return { app, plumbline, resources, ofType: (type) => resources.filter((resource) => resource.Type === type) };
};
