import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { EntityFormatter } from 'dynamodb-toolbox/entity/actions/format';
import { log } from '../../../functions/platform/log.ts';
import { installMemoryTable } from '../../helpers/memory-table/install.ts';
import type { MemoryDynamo } from '../../helpers/memory-table/memory-table.ts';
import type { Item } from '../../helpers/memory-table/values.ts';
import type { Turns } from './turns.ts';

export interface Stage {
  readonly dynamo: MemoryDynamo;
  /** From here on ids are those that came first in every other run. */
  readonly begin: () => void;
  /** Puts another value in place of a property, until `close`. */
  readonly replace: (owner: object, name: string, value: unknown) => void;
  /** Gives everything back. */
  readonly close: () => void;
}

/**
 * Stands an in-memory table behind the app's client, and makes all that is not the scheduler's choice the same in every
 * run: ids, what is kept warm, waiting.
 */
export const openStage = (
  turns: Pick<Turns, 'between' | 'wait'>,
  written: (items: readonly Item[]) => void = () => {},
): Stage => {
  const { dynamo, uninstall } = installMemoryTable('records', { between: turns.between, written });
  const random = new Repeatable();
  const before = { ...process.env };
  process.env.RECORDS_TABLE = 'records';
  const giveBack: (() => void)[] = [];
  const replace: Stage['replace'] = (owner, name, value) => giveBack.unshift(replaced(owner, name, value));
  // Not by spies, which would remember millions of calls.
  replace(globalThis, 'setTimeout', turns.wait);
  replace(timers, 'setTimeout', () => new Promise<void>((resume) => turns.wait(resume)));
  syncBuiltinESMExports();
  replace(globalThis.crypto, 'getRandomValues', random.fill);
  replace(performance, 'now', () => 0); // what is kept warm stays warm, however long all runs take
  replace(log, 'info', () => {});
  replace(log, 'warn', () => {});
  replace(Metrics.prototype, 'addMetric', () => {});
  replace(EntityFormatter.prototype, 'format', formatOnce);
  return {
    dynamo,
    begin: () => random.begin(1),
    replace,
    close: () => {
      for (const undo of giveBack) undo();
      syncBuiltinESMExports();
      for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
      Object.assign(process.env, before);
      uninstall();
    },
  };
};

/** What comes back undoes it. */
const replaced = (owner: object, name: string, value: unknown): (() => void) => {
  const own = Object.getOwnPropertyDescriptor(owner, name);
  Object.defineProperty(owner, name, { configurable: true, writable: true, value });
  return () => {
    Reflect.deleteProperty(owner, name);
    if (own !== undefined) Object.defineProperty(owner, name, own);
  };
};

const format = EntityFormatter.prototype.format;
const formatted = new WeakMap<object, unknown>();

/** An item that is read again is the same frozen object here; formatting it again is a fifth of all the work. */
const formatOnce = function (this: EntityFormatter, item: object, options?: object): unknown {
  if (options !== undefined && Object.values(options).some((option) => option !== undefined)) {
    return Reflect.apply(format, this, [item, options]);
  }
  const known = formatted.get(item) ?? Reflect.apply(format, this, [item]);
  formatted.set(item, known);
  return known;
};

/** Bytes that come again: a run that is replayed has the ids it had. */
class Repeatable {
  #state = 0;

  begin(seed: number): void {
    this.#state = seed * 0x9e3779b9;
  }

  readonly fill = <T extends Uint8Array>(bytes: T): T => {
    for (let index = 0; index < bytes.length; index += 1) {
      this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
      bytes[index] = this.#state >>> 24;
    }
    return bytes;
  };
}
