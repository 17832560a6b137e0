import { scheduleHandler } from '../../platform/schedule.ts';
import { sweepDue } from '../sending/sweep.ts';

export const handler = scheduleHandler('reminders swept', (now, requestId) => sweepDue('reminders', now, requestId));
