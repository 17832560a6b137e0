import { scheduleHandler } from '../../platform/schedule.ts';
import { sweepOffers } from '../offers.ts';

export const handler = scheduleHandler('offers swept', sweepOffers);
