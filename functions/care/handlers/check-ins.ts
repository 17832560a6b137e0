import { scheduleHandler } from '../../platform/schedule.ts';
import { sweepCheckIns } from '../check-ins.ts';

export const handler = scheduleHandler('check-ins swept', sweepCheckIns);
