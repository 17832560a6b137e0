import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

/** The sections of docs/runbook.md an alarm can send its reader to. */
export const runbookAnchors = [
  'dead-letter-queue',
  'stream-failures',
  'stream-lag',
  'records-parked',
  'oldest-due-text',
  'oldest-freed-time',
  'sweep-silent',
  'red-flags-waiting',
  'texts-failing',
  'sending-paused',
  'figures-beyond-limits',
  'figures-not-counted',
  'function-errors',
  'function-throttles',
  'api-errors',
] as const;

export type RunbookAnchor = (typeof runbookAnchors)[number];

export interface RunbookAlarmProps {
  /** What is watched, with its period and statistic. */
  readonly metric: IMetric;
  /** The alarm rings when the metric reaches this. */
  readonly atLeast?: number;
  /** The alarm rings when the metric falls below this. */
  readonly below?: number;
  /** How many periods in a row. @default 1 */
  readonly periods?: number;
  /** Whether silence is as bad as the threshold. @default false */
  readonly ringsWhenSilent?: boolean;
  /** What the person woken by it reads first: one sentence. */
  readonly meaning: string;
  /** The section of docs/runbook.md that says what to do. */
  readonly runbook: RunbookAnchor;
  /** Who is told, when it rings and when it is over. */
  readonly topic: ITopic;
}

/** An alarm that tells somebody, says what it means and where the remedy is written. */
export class RunbookAlarm extends Construct {
  readonly alarm: Alarm;

  constructor(scope: Construct, id: string, props: RunbookAlarmProps) {
    super(scope, id);
    const threshold = props.below ?? props.atLeast ?? 1;
    this.alarm = new Alarm(this, 'Alarm', {
      metric: props.metric,
      threshold,
      comparisonOperator:
        props.below === undefined
          ? ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
          : ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: props.periods ?? 1,
      treatMissingData: props.ringsWhenSilent ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
      alarmDescription: `${props.meaning} See docs/runbook.md#${props.runbook}`,
    });
    const tell = new SnsAction(props.topic);
    this.alarm.addAlarmAction(tell);
    this.alarm.addOkAction(tell);
  }
}
