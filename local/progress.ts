/** What a long job tells while it runs: one object per line with `--json`, one line of text without. */
export type Progress =
  | { readonly kind: 'began'; readonly step: string }
  | { readonly kind: 'note'; readonly step: string; readonly text: string }
  | { readonly kind: 'done'; readonly step: string; readonly detail?: string; readonly millis: number };

export type ReportProgress = (progress: Progress) => void;

/** One step at a time, each with its duration. */
export class Steps {
  readonly #report: ReportProgress;
  readonly #signal: AbortSignal | undefined;

  constructor(report: ReportProgress, signal?: AbortSignal) {
    this.#report = report;
    this.#signal = signal;
  }

  /** Runs one step; `detailOf` says in a few words what came of it. Not begun when the job was called off. */
  async run<T>(
    step: string,
    work: (note: (text: string) => void) => Promise<T> | T,
    detailOf?: (result: T) => string | undefined,
  ): Promise<T> {
    this.#signal?.throwIfAborted();
    const startedAt = performance.now();
    this.#report({ kind: 'began', step });
    const result = await work((text) => this.#report({ kind: 'note', step, text }));
    this.#signal?.throwIfAborted();
    const detail = detailOf?.(result);
    const millis = Math.round(performance.now() - startedAt);
    this.#report({ kind: 'done', step, ...(detail === undefined ? {} : { detail }), millis });
    return result;
  }
}

/** Progress as text, in columns; `write` gets whole lines without their end. */
export function progressAsText(write: (line: string) => void): ReportProgress {
  return (progress) => {
    if (progress.kind === 'note') write(`    ${progress.text}`);
    if (progress.kind !== 'done') return;
    const words = progress.detail === undefined ? progress.step : `${progress.step}: ${progress.detail}`;
    write(`  ${words.padEnd(62)} ${seconds(progress.millis).padStart(7)}`);
  };
}

export const seconds = (millis: number): string => `${(millis / 1000).toFixed(1)} s`;
