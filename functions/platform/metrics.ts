import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { MetricName } from './metric-names.ts';

const metrics = new Metrics({ namespace: 'Plumbline' });

let isPending = false;

/**
 * Adds to a metric of this function, flushed by the function's stack at the end of its invocation. No dimensions
 * beyond the service: a clinic's name or a patient's id must never become one.
 */
export const count = (name: MetricName, value = 1): void => {
  isPending = true;
  metrics.addMetric(name, MetricUnit.Count, value);
};

/** Records a duration in seconds. */
export const seconds = (name: MetricName, value: number): void => {
  isPending = true;
  metrics.addMetric(name, MetricUnit.Seconds, value);
};

/** Records a share of a hundred. */
export const percent = (name: MetricName, value: number): void => {
  isPending = true;
  metrics.addMetric(name, MetricUnit.Percent, value);
};

/** Writes what was counted as one structured log line; called once at the end of each invocation. */
export const flushMetrics = (): void => {
  if (!isPending) return;
  isPending = false;
  metrics.publishStoredMetrics();
};
