import { Temporal } from 'temporal-polyfill';
import { loadPatient } from '../intake/patients.ts';
import { type Caller, stampOf } from '../platform/actor.ts';
import { toStored } from '../platform/clock.ts';
import type { Commit } from '../platform/http/api.ts';
import { type Id, newId } from '../platform/ids.ts';
import { found, Problem } from '../platform/problem.ts';
import { untilWritten } from '../platform/until-written.ts';
import { firstModality, loadBookable, requirePatientKind, stateAtVisit } from './book.ts';
import type { Modality } from './core/types.ts';
import { type Hold, type HoldSide, holdItem } from './hold-store.ts';
import { isHeld, timeOf, visibleHold } from './hold-use.ts';
import { giveBack, takeTime } from './occupancy.ts';
import { slotProblem } from './refusals.ts';
import { sheetItem } from './store.ts';

/** Find, hold, confirm: a chosen time is kept while the rest of a booking is filled in. */

/** How long a time is kept. The server says so, whoever asks. */
export const holdMinutes = 5;

export interface HoldCommand {
  readonly providerId: Id<'provider'>;
  readonly typeId: Id<'appointmentType'>;
  /** UTC instant. */
  readonly start: string;
  readonly modality?: Modality | undefined;
  /** Staff know for whom; a stranger is nobody yet. */
  readonly patientId?: Id<'patient'> | undefined;
  readonly patientState?: string | undefined;
}

/**
 * Keeps a time, with the room and the second provider it needs, for five minutes: nobody else is offered or given it.
 * Whoever is known of the patient and of where they will be is judged now, the rest when it is booked.
 */
export const holdTime = async (caller: Caller, side: HoldSide, command: HoldCommand, commit: Commit) => {
  const [{ provider, type }, patient] = await Promise.all([
    loadBookable(caller, command),
    command.patientId === undefined ? undefined : loadPatient(caller.clinicId, command.patientId),
  ]);
  if (command.patientId !== undefined) await requirePatientKind(caller, type, found(patient, 'patient'));
  const modality = command.modality ?? firstModality(type);
  const { patientState: said } = command;
  const isStateKnown = modality === 'in-person' || said !== undefined || patient !== undefined;
  const patientState = isStateKnown ? await stateAtVisit(caller, modality, patient ?? {}, said) : undefined;

  const isStaff = side === 'staff';
  const expiresAtEpochSecond = Math.floor(caller.now.epochMilliseconds / 1000) + holdMinutes * 60;
  const expiresAt = toStored(Temporal.Instant.fromEpochMilliseconds(expiresAtEpochSecond * 1000));
  return untilWritten(async () => {
    const id = newId('hold', caller.now);
    const taken = await takeTime(caller, {
      provider,
      type: isStaff ? { ...type, leadMinutes: 0 } : type,
      start: Temporal.Instant.from(command.start),
      heldBy: id,
      patientState,
      onlyOffered: !isStaff,
      expiresAtEpochSecond,
    });
    if (!taken.ok) throw slotProblem(taken.code);
    const hold: Hold = {
      id,
      clinicId: caller.clinicId,
      side,
      status: 'held',
      providerId: provider.id,
      typeId: type.id,
      start: taken.time.start,
      zone: provider.zone,
      companions: taken.companions,
      expiresAt,
      rev: 1,
    };
    const view = { id, providerId: provider.id, typeId: type.id, ...taken.time, expiresAt };
    const stamp = stampOf(caller, 'held');
    await commit(
      [...taken.sheets.map((sheet) => sheetItem(caller.clinicId, sheet, stamp)), holdItem(caller, hold)],
      view,
    );
    return view;
  });
};

/** Gives a held time back before it expires. What was released, or has expired, is so already. */
export const releaseHold = (caller: Caller, side: HoldSide, id: Id<'hold'>, commit: Commit): Promise<void> =>
  untilWritten(async () => {
    const hold = found(await visibleHold(caller, side, id), 'hold');
    if (hold.status === 'booked') throw new Problem('invalid-state', 'This time is booked: cancel the visit instead.');
    if (!isHeld(hold, caller.now)) return;
    const sheets = await giveBack(caller, timeOf(hold));
    const stamp = stampOf(caller, 'hold released');
    await commit(
      [
        ...sheets.map((sheet) => sheetItem(caller.clinicId, sheet, stamp)),
        holdItem(caller, { ...hold, status: 'released', rev: hold.rev + 1 }),
      ],
      undefined,
    );
  });
