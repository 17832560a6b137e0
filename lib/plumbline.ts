import { App, type AppProps, Tags } from 'aws-cdk-lib';
import { AccessStack } from './access-stack.ts';
import { ApiStack } from './api-stack.ts';
import { AutomationStack } from './automation-stack.ts';
import type { Surroundings } from './clinic-functions.ts';
import type { House } from './house.ts';
import { MessagingStack } from './messaging-stack.ts';
import { ObserveStack } from './observe-stack.ts';
import { RecordsStack } from './records-stack.ts';
import { StreamsStack } from './streams-stack.ts';

/** CDK behaviours that are newer than its defaults. Part of the code, so that tests and deployments see the same templates. */
const featureFlags = {
  '@aws-cdk/aws-iam:minimizePolicies': true,
  '@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy': true,
  '@aws-cdk/aws-lambda:recognizeVersionProps': true,
  '@aws-cdk/core:validateAgainstDefaultRules': true,
};

/** The CDK app. Its own template validation is left to who deploys: see bin/deploy.ts. */
export const createApp = (props: AppProps = {}): App =>
  new App({
    ...props,
    context: { ...featureFlags, ...props.context },
    analyticsReporting: false,
    builtinCloudFormationValidation: false,
  });

/** The stacks of one stage, in the order they stand on each other. */
export interface Plumbline {
  readonly records: RecordsStack;
  readonly access: AccessStack;
  readonly messaging: MessagingStack;
  readonly automation: AutomationStack;
  readonly streams: StreamsStack;
  readonly api: ApiStack;
  readonly observe: ObserveStack;
}

export const createPlumbline = (
  app: App,
  house: House,
  env: { readonly account?: string; readonly region?: string } = {},
): Plumbline => {
  const { stage } = house;
  const named = (part: string) => ({ env, stackName: `plumbline-${stage.name}-${part}` });
  const id = (part: string): string => `plumbline-${stage.name}-${part}`;
  const records = new RecordsStack(app, id('records'), { ...named('records'), house });
  const { key, alarmTopic } = records;
  const access = new AccessStack(app, id('access'), { ...named('access'), house, key });
  const messaging = new MessagingStack(app, id('messaging'), { ...named('messaging'), house, alarmTopic });
  const around: Surroundings = {
    house,
    records: records.records,
    audit: records.audit,
    documents: records.documents,
    sendQueue: messaging.queues.send.queue,
    sendBulkQueue: messaging.queues['send-bulk'].queue,
    codeKey: messaging.codeKey,
    staff: access.userPool,
    publicUrl: access.publicUrl,
    configurationSetName: messaging.configurationSetName,
    mail: messaging.mail,
    logKey: key,
    alarmTopic,
  };
  const automation = new AutomationStack(app, id('automation'), { ...named('automation'), around, messaging });
  const streams = new StreamsStack(app, id('streams'), { ...named('streams'), around, queueKey: messaging.key });
  const api = new ApiStack(app, id('api'), { ...named('api'), around, access });
  const workQueues = Object.values(messaging.queues);
  const observe = new ObserveStack(app, id('observe'), {
    ...named('observe'),
    house,
    alarmTopic,
    api: access.api,
    answering: api.functions,
    working: automation.functions,
    reading: streams.functions,
    queues: workQueues.map(({ queue }) => queue),
    setAside: [...workQueues.map(({ deadLetters }) => deadLetters), automation.failedSweeps, ...streams.onFailure],
  });
  Tags.of(app).add('plumbline:stage', stage.name);
  return { records, access, messaging, automation, streams, api, observe };
};
