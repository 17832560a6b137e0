import { seconds } from '../progress.ts';
import { TourFailure } from './check.ts';

/** One step of the tour, once it is over. */
export interface StepReport {
  readonly step: number;
  readonly name: string;
  /** What its success shows about the product. */
  readonly proves: string;
  readonly ok: boolean;
  readonly millis: number;
  /** What was seen, or, of a failed step, not seen. */
  readonly details: readonly string[];
  readonly failure?: { readonly expected: string; readonly seen: string; readonly look: string };
}

export type TellStep = (report: StepReport) => void;

/** A step's work; `say` adds a line to what is told of it. */
export type Act = <T>(
  name: string,
  proves: string,
  work: (say: (detail: string) => void) => Promise<T>,
  limitMillis?: number,
) => Promise<T>;

const defaultLimitMillis = 60_000;

/** Thrown when a step has failed and was told: the tour is over. */
export class TourOver extends Error {
  override readonly name = 'TourOver';
}

/** Numbers the steps, gives each a time limit, and tells what came of it. */
export function stepRunner(tell: TellStep, look: string): Act {
  let step = 0;
  return async (name, proves, work, limitMillis = defaultLimitMillis) => {
    step += 1;
    const number = step;
    const details: string[] = [];
    const startedAt = performance.now();
    const report = (rest: Pick<StepReport, 'ok' | 'failure'>) =>
      tell({ step: number, name, proves, details, millis: Math.round(performance.now() - startedAt), ...rest });
    const timer = new AbortController();
    try {
      const result = await Promise.race([
        work((detail) => details.push(detail)),
        late(limitMillis, look, timer.signal),
      ]);
      report({ ok: true });
      return result;
    } catch (error) {
      const {
        expected,
        seen,
        look: where,
      } = error instanceof TourFailure
        ? error
        : { expected: 'the step to go through', seen: error instanceof Error ? error.message : String(error), look };
      report({ ok: false, failure: { expected, seen, look: where } });
      throw new TourOver(`Step ${number} failed: ${name}`, { cause: error });
    } finally {
      timer.abort();
    }
  };
}

const late = (limitMillis: number, look: string, signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const timer = setTimeout(
      () => reject(new TourFailure({ expected: `an end within ${seconds(limitMillis)}`, seen: 'none', look })),
      limitMillis,
    );
    signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  });
