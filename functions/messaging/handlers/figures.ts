import { scheduleHandler } from '../../platform/schedule.ts';
import { sweepFigures } from '../figures/figures-sweep.ts';

export const handler = scheduleHandler('figures counted', sweepFigures);
