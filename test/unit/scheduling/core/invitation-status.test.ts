import { describe, expect, it } from 'vitest';
import {
  type Invitation,
  type InvitationEvent,
  type InvitationStatus,
  invitationAfter,
  invitationTransitions,
} from '../../../../functions/scheduling/core/invitation-status.ts';

const invitation = (status: InvitationStatus): Invitation => ({
  clinicId: 'cli_1',
  appointmentId: 'apt_1',
  patientId: 'pat_1',
  sequence: 0,
  method: 'REQUEST',
  status,
  statusReason: 'before',
  dueAt: '2026-11-24T10:00:00Z',
  attempts: 1,
  rev: 3,
});

const statuses = ['planned', 'claimed', 'sent', 'failed', 'superseded', 'unknown'] as const;
const events = ['claim', 'supersede', 'accept', 'refuse', 'release', 'lose-track'] as const;

describe('the way of an invitation', () => {
  it.each(statuses)('%s: what is listed is taken, everything else changes nothing', (status) => {
    const allowed: Partial<Record<InvitationEvent, InvitationStatus>> = invitationTransitions[status];
    for (const event of events) {
      const next = invitationAfter(invitation(status), event, { statusReason: 'because' });
      expect(next?.status).toBe(allowed[event]);
      if (next !== undefined) expect(next).toMatchObject({ rev: 4, statusReason: 'because' });
    }
  });

  it('never goes out twice: nothing leads from what may have been sent to another claim', () => {
    const reachable = (from: InvitationStatus): readonly InvitationStatus[] =>
      Object.values(invitationTransitions[from]).flatMap((to) => [to, ...(to === 'planned' ? [] : reachable(to))]);
    for (const status of ['sent', 'unknown', 'failed', 'superseded'] as const) expect(reachable(status)).toEqual([]);
    expect(reachable('claimed')).not.toContain('claimed');
  });

  it('drops the reason of the status before', () => {
    expect(invitationAfter(invitation('planned'), 'claim')?.statusReason).toBeUndefined();
  });
});
