import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { ContextAttribute, Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { createFunction, functionsTriggeredBy, type Surroundings } from './clinic-functions.ts';
import { acknowledgeWildcard } from './constructs/acknowledge.ts';
import type { PlumblineFunction } from './constructs/plumbline-function.ts';
import { RunbookAlarm } from './constructs/runbook-alarm.ts';
import { DeadLetterQueue, grantSend } from './constructs/work-queue.ts';
import type { MessagingStack } from './messaging-stack.ts';

export interface AutomationStackProps extends StackProps {
  readonly around: Surroundings;
  readonly messaging: MessagingStack;
}

/** What happens without anybody asking: the sweeps of every few minutes and the workers behind the queues. */
export class AutomationStack extends Stack {
  readonly functions: readonly PlumblineFunction[];
  /** Sweeps that could not be started, or failed. */
  readonly failedSweeps: Queue;

  constructor(scope: Construct, id: string, props: AutomationStackProps) {
    super(scope, id, props);
    const { around, messaging } = props;
    this.failedSweeps = new DeadLetterQueue(this, 'FailedSweeps', {
      key: messaging.key,
      meaning: 'A sweep for what is due could not be started, or failed.',
      alarmTopic: around.alarmTopic,
    }).queue;
    const sweeps = functionsTriggeredBy('schedule').map(({ name, spec, trigger }) => {
      const sweep = createFunction(this, name, spec, around, this.failedSweeps);
      this.#runEvery(trigger.everyMinutes ?? 1, name, sweep, around);
      return sweep;
    });
    const workers = functionsTriggeredBy('queue').map(({ name, spec, trigger }) => {
      const worker = createFunction(this, name, spec, around);
      worker.lambda.addEventSource(
        new SqsEventSource(messaging.queues[trigger.queue].queue, {
          batchSize: trigger.batchSize,
          maxConcurrency: trigger.maxConcurrency,
          reportBatchItemFailures: true,
        }),
      );
      return worker;
    });
    this.functions = [...sweeps, ...workers];
  }

  #runEvery(minutes: number, name: string, sweep: PlumblineFunction, { alarmTopic }: Surroundings): void {
    const role = new Role(sweep, 'SchedulerRole', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    });
    grantSend(this.failedSweeps, role);
    // The logical id says what most sweeps do; a schedule that got another would be made anew.
    new Schedule(sweep, 'EveryMinute', {
      description: `Starts ${name}`,
      schedule: ScheduleExpression.rate(Duration.minutes(minutes)),
      target: new LambdaInvoke(sweep.lambda, {
        role,
        // The sweep's own time, however late it starts. Where nobody fills it in, the function reads the clock.
        input: ScheduleTargetInput.fromObject({ time: ContextAttribute.scheduledTime }),
        deadLetterQueue: this.failedSweeps,
        // An hour-old sweep helps nobody: the next one finds the same work.
        maxEventAge: Duration.minutes(1),
        retryAttempts: 2,
      }),
    });
    acknowledgeWildcard(
      role,
      `${sweep.lambda.functionArn}:*`,
      'The versions of this one function; EventBridge Scheduler may start nothing else.',
    );
    const silentMinutes = 5 * minutes;
    new RunbookAlarm(sweep, 'Silent', {
      metric: sweep.lambda.metricInvocations({ period: Duration.minutes(silentMinutes), statistic: 'Sum' }),
      below: 1,
      ringsWhenSilent: true,
      meaning: `The sweep ${name} has not run for ${silentMinutes} minutes; nothing that is due is found.`,
      runbook: 'sweep-silent',
      topic: alarmTopic,
    });
    new CfnOutput(this, `${pascalCase(name)}Function`, { value: sweep.lambda.functionName });
  }
}

const pascalCase = (name: string): string =>
  name.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
