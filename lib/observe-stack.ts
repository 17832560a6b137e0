import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import {
  Dashboard,
  GraphWidget,
  type IMetric,
  MathExpression,
  SingleValueWidget,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { type MetricName, metricNames } from '../functions/platform/metric-names.ts';
import { counter, gauge } from './clinic-metrics.ts';
import type { PlumblineFunction } from './constructs/plumbline-function.ts';
import { RunbookAlarm, type RunbookAlarmProps } from './constructs/runbook-alarm.ts';
import type { House } from './house.ts';
import { iteratorAge } from './streams-stack.ts';

export interface ObserveStackProps extends StackProps {
  readonly house: House;
  readonly alarmTopic: ITopic;
  readonly api: HttpApi;
  /** Functions that answer the API. */
  readonly answering: readonly PlumblineFunction[];
  /** Functions that sweep and work off queues. */
  readonly working: readonly PlumblineFunction[];
  /** Functions that read the records' stream. */
  readonly reading: readonly PlumblineFunction[];
  /** Queues of work. */
  readonly queues: readonly Queue[];
  /** Queues that should be empty. */
  readonly setAside: readonly Queue[];
}

/** What the clinic's administrator opens first, and what wakes somebody about the clinic rather than about one part. */
export class ObserveStack extends Stack {
  readonly #props: ObserveStackProps;

  constructor(scope: Construct, id: string, props: ObserveStackProps) {
    super(scope, id, props);
    this.#props = props;
    this.#watchTexts();
    this.#watchFigures();
    this.#watchPatients();
    this.#watchApi();
    const dashboard = this.#createDashboard();
    new CfnOutput(this, 'DashboardName', { value: dashboard.dashboardName });
  }

  #alarm(id: string, props: Omit<RunbookAlarmProps, 'topic'>): void {
    new RunbookAlarm(this, id, { ...props, topic: this.#props.alarmTopic });
  }

  #watchTexts(): void {
    for (const [service, what] of [
      ['messaging', 'reminder or reply'],
      ['care', 'check-in'],
    ] as const) {
      this.#alarm(`OldestDue-${service}`, {
        metric: gauge(metricNames.oldestDueSeconds, service),
        atLeast: 600,
        periods: 2,
        meaning: `The oldest ${what} that is due has waited more than ten minutes to be sent.`,
        runbook: 'oldest-due-text',
      });
    }
    this.#alarm('OldestDue-scheduling', {
      metric: gauge(metricNames.oldestDueSeconds, 'scheduling'),
      atLeast: 600,
      periods: 2,
      meaning: 'A freed time has waited more than ten minutes to be offered to the waiting list.',
      runbook: 'oldest-freed-time',
    });
    if (this.#props.house.stage.alarmsOnShares) {
      this.#alarm('TextsFailing', {
        metric: failedShare(),
        atLeast: 12,
        meaning: "More than 12 % of the last hour's texts were not delivered; carriers suspend senders at this level.",
        runbook: 'texts-failing',
      });
    }
    this.#alarm('SendingPaused', {
      metric: counter(metricNames.sendingPaused, 'messaging', Duration.minutes(5)),
      atLeast: 1,
      meaning:
        'Texts are paused: the monthly spend limit is reached, or the carrier service refuses us or does not answer.',
      runbook: 'sending-paused',
    });
  }

  /** Counted every hour, over the last seven days; which clinic it is stands in the log, never in a metric. */
  #watchFigures(): void {
    for (const [id, metricName, meaning] of [
      ['ClinicsBelowDelivery', metricNames.clinicsBelowDelivery, 'Fewer of its texts arrive than its limit.'],
      ['ClinicsAboveOptOuts', metricNames.clinicsAboveOptOuts, 'More people opt out after its texts than its limit.'],
      [
        'ClinicsSlowOnRedFlags',
        metricNames.clinicsSlowOnRedFlags,
        'One in twenty red flags waits longer than its limit.',
      ],
      ['MarketingPaused', metricNames.marketingPaused, 'Its marketing was stopped because of opt-outs.'],
    ] as const) {
      this.#alarm(id, {
        metric: counter(metricName, 'messaging', Duration.hours(1)),
        atLeast: 1,
        meaning: `A clinic's texts of the last seven days are beyond a limit. ${meaning}`,
        runbook: 'figures-beyond-limits',
      });
    }
    this.#alarm('ClinicsNotCounted', {
      metric: counter(metricNames.clinicsNotCounted, 'messaging', Duration.hours(1)),
      atLeast: 1,
      periods: 3,
      meaning: 'For three hours the figures of a clinic have not been counted, or the file of a month not written.',
      runbook: 'figures-not-counted',
    });
  }

  #watchPatients(): void {
    this.#alarm('RedFlagsWaiting', {
      metric: gauge(metricNames.redFlagsWaiting, 'care', 'Minimum'),
      atLeast: 1,
      periods: 15,
      meaning: 'A patient reported a red flag and nobody has acknowledged it for fifteen minutes.',
      runbook: 'red-flags-waiting',
    });
    for (const service of ['audit', 'billing'] as const) {
      this.#alarm(`Parked-${service}`, {
        metric: counter(metricNames.recordsParked, service, Duration.minutes(5)),
        atLeast: 1,
        meaning: `A change of a record can not be processed by ${service} and was set aside.`,
        runbook: 'records-parked',
      });
    }
  }

  #watchApi(): void {
    this.#alarm('ServerErrors', {
      metric: this.#props.api.metricServerError({ period: Duration.minutes(5), statistic: 'Sum' }),
      atLeast: 5,
      meaning: 'The API answered five requests with a server error within five minutes.',
      runbook: 'api-errors',
    });
  }

  #createDashboard(): Dashboard {
    const { api, answering, working, reading, queues, setAside } = this.#props;
    const functions = [...answering, ...working, ...reading];
    const day = Duration.days(1);
    return new Dashboard(this, 'Clinic', {
      defaultInterval: Duration.days(1),
      widgets: [
        [
          new TextWidget({
            markdown: `# Plumbline ${this.#props.house.stage.name}\nWhat to do about an alarm: docs/runbook.md`,
            width: 24,
            height: 2,
          }),
        ],
        [
          new SingleValueWidget({
            title: 'Needs a person now',
            width: 12,
            metrics: [
              gauge(metricNames.redFlagsWaiting, 'care').with({ label: 'Red flags waiting' }),
              gauge(metricNames.oldestDueSeconds, 'messaging').with({ label: 'Oldest due text (s)' }),
              gauge(metricNames.oldestDueSeconds, 'care').with({ label: 'Oldest due check-in (s)' }),
            ],
          }),
          new SingleValueWidget({
            title: 'Today',
            width: 12,
            metrics: [
              counter(metricNames.appointmentsBooked, 'scheduling', day).with({ label: 'Booked' }),
              counter(metricNames.appointmentsCancelled, 'scheduling', day).with({ label: 'Cancelled' }),
              counter(metricNames.freedSlotsRefilled, 'scheduling', day).with({ label: 'Freed times refilled' }),
              counter(metricNames.chargeLinesExported, 'billing', day).with({ label: 'Charge lines' }),
            ],
          }),
        ],
        [
          graph('Bookings', [
            counter(metricNames.appointmentsBooked, 'scheduling').with({ label: 'Booked' }),
            counter(metricNames.appointmentsRescheduled, 'scheduling').with({ label: 'Rescheduled' }),
            counter(metricNames.appointmentsCancelled, 'scheduling').with({ label: 'Cancelled' }),
            counter(metricNames.freedSlotsRefilled, 'scheduling').with({ label: 'Freed times refilled' }),
            counter(metricNames.freedSlotsLapsed, 'scheduling').with({ label: 'Freed times nobody took' }),
          ]),
          graph('Texts', [
            counter(metricNames.textsAccepted, 'messaging').with({ label: 'Sent' }),
            counter(metricNames.textsDelivered, 'messaging').with({ label: 'Delivered' }),
            counter(metricNames.textsFailed, 'messaging').with({ label: 'Failed' }),
            counter(metricNames.textsSuppressed, 'messaging').with({ label: 'Not sent on purpose' }),
            counter(metricNames.textsAmbiguous, 'messaging').with({ label: 'Outcome unknown' }),
            counter(metricNames.optOuts, 'messaging').with({ label: 'Opted out' }),
          ]),
        ],
        [
          graph('Red flags', [
            gauge(metricNames.redFlagsWaiting, 'care').with({ label: 'Waiting' }),
            counter(metricNames.redFlagsOpened, 'care').with({ label: 'Opened' }),
          ]),
          graph('Oldest due text (s)', [
            gauge(metricNames.oldestDueSeconds, 'messaging').with({ label: 'Reminders and replies' }),
            gauge(metricNames.oldestDueSeconds, 'care').with({ label: 'Check-ins' }),
            gauge(metricNames.oldestDueSeconds, 'scheduling').with({ label: 'Freed times to offer' }),
          ]),
        ],
        [
          graph('Texts of the last seven days (%)', [
            latest(metricNames.deliveryPercent, 'Delivered'),
            latest(metricNames.responsePercent, 'Answered, of those that ask'),
            latest(metricNames.confirmPercent, 'Confirmed, of those that ask to'),
            latest(metricNames.optOutPercent, 'Opted out after'),
          ]),
          graph('Patients of the last seven days', [
            latest(metricNames.noShowPercent, 'Missed their visit (%)'),
            latest(metricNames.checkInNeedPercent, 'Needed somebody after a check-in (%)'),
            latest(metricNames.redFlagSecondsP50, 'Red flag to human, median (s)'),
            latest(metricNames.redFlagSecondsP95, 'Red flag to human, p95 (s)'),
          ]),
          graph('Cost of the last seven days, and clinics beyond a limit', [
            latest(metricNames.textsCostCents, 'US cents'),
            latest(metricNames.clinicsBelowDelivery, 'Too few delivered'),
            latest(metricNames.clinicsAboveOptOuts, 'Too many opt-outs'),
            latest(metricNames.clinicsSlowOnRedFlags, 'Red flags wait too long'),
            latest(metricNames.clinicsNotCounted, 'Not counted'),
          ]),
        ],
        [
          graph(
            'Audit and billing export behind the records (ms)',
            reading.map((one) => iteratorAge(one).with({ label: one.node.id })),
          ),
          graph(
            'Work waiting',
            queues.map((queue) => depth(queue)),
          ),
          graph(
            'Work set aside (should be 0)',
            setAside.map((queue) => depth(queue)),
          ),
        ],
        [
          graph(
            'Function errors',
            functions.map((one) => one.lambda.metricErrors({ label: one.node.id })),
          ),
          graph(
            'Function time, p95 (ms)',
            functions.map((one) => one.metricP95().with({ label: one.node.id })),
          ),
          graph('API', [
            api.metricCount({ label: 'Requests' }),
            api.metricClientError({ label: '4xx' }),
            api.metricServerError({ label: '5xx' }),
          ]),
        ],
        [
          graph('API time (ms)', [
            api.metricLatency({ statistic: 'p95', label: 'p95' }),
            api.metricLatency({ statistic: 'p50', label: 'p50' }),
          ]),
        ],
      ],
    });
  }
}

/** Share of the last hour's final outcomes that were failures, in percent; too few to judge counts as none. */
const failedShare = (): MathExpression =>
  new MathExpression({
    expression: 'IF(failed + delivered >= 20, 100 * failed / (failed + delivered), 0)',
    usingMetrics: {
      failed: counter(metricNames.textsFailed, 'messaging', Duration.hours(1)),
      delivered: counter(metricNames.textsDelivered, 'messaging', Duration.hours(1)),
    },
    period: Duration.hours(1),
    label: 'Texts not delivered (%)',
  });

/** What an hour's run says. */
const latest = (metricName: MetricName, label: string): IMetric =>
  gauge(metricName, 'messaging').with({ period: Duration.hours(1), label });

const depth = (queue: Queue): IMetric =>
  queue.metricApproximateNumberOfMessagesVisible({
    period: Duration.minutes(1),
    statistic: 'Maximum',
    label: queue.node.path.split('/').slice(1, -1).join(' '),
  });

const graph = (title: string, left: IMetric[]): GraphWidget => new GraphWidget({ title, left, width: 8, height: 6 });
