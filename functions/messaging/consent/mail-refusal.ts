import type { Caller } from '../../platform/actor.ts';
import { toStored } from '../../platform/clock.ts';
import type { Id } from '../../platform/ids.ts';
import { ConditionFailed, transact } from '../../platform/store/records.ts';
import { mailRefusalItem } from './mail-refusal-store.ts';

/** A patient wants no more e-mail in the place of texts. Asked twice, it is so since the first time. */
export const refuseEmails = async (caller: Caller, patientId: Id<'patient'>): Promise<void> => {
  try {
    await transact([mailRefusalItem(caller, patientId, toStored(caller.now))]);
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
  }
};
