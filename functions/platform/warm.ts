const keptMillis = 60_000;

/**
 * What is read on every text and page and changes a few times a year: a worker keeps what it has read for a minute, so that
 * a change counts everywhere within one.
 */
export class Warm<Value> {
  readonly #kept = new Map<string, { readonly value: Value; readonly untilMillis: number }>();

  /** What is kept under the key, or what `load` reads. */
  async get(key: string, load: () => Promise<Value>): Promise<Value> {
    const known = this.#kept.get(key);
    if (known !== undefined && known.untilMillis > performance.now()) return known.value;
    return this.keep(key, await load());
  }

  /** Keeps what is known without reading: this worker has just written it. */
  keep(key: string, value: Value): Value {
    this.#kept.set(key, { value, untilMillis: performance.now() + keptMillis });
    return value;
  }

  /** Reads anew the next time. */
  forget(key: string): void {
    this.#kept.delete(key);
  }
}
