import { scheduleHandler } from '../../platform/schedule.ts';
import { sweepInvitations } from '../calendar/send-invitations.ts';

export const handler = scheduleHandler('invitations swept', sweepInvitations);
