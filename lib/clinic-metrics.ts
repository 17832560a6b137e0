import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { type MetricName, metricNamespace } from '../functions/platform/metric-names.ts';

/** A metric that functions emit, as dashboards and alarms read it: the one dimension is the area that emits it. */

/** What adds up. */
export const counter = (metricName: MetricName, service: string, period = Duration.minutes(5)): Metric =>
  new Metric({ namespace: metricNamespace, metricName, dimensionsMap: { service }, period, statistic: 'Sum' });

/** What stands at a value. */
export const gauge = (metricName: MetricName, service: string, statistic = 'Maximum'): Metric =>
  new Metric({
    namespace: metricNamespace,
    metricName,
    dimensionsMap: { service },
    period: Duration.minutes(1),
    statistic,
  });
