import { mayVisit } from '../../platform/public-address.ts';

/**
 * The address of a calendar as it is kept, or undefined for one that is never read. `webcal:` is what calendar programs call https
 * where a calendar is meant. Where the host is on the network is judged each time it is read.
 */
export const calendarUrl = (typed: string, allowsLoopback: boolean): string | undefined => {
  const url = URL.parse(typed.trim().replace(/^webcals?:/i, 'https:'));
  if (url === null || !mayVisit(url, allowsLoopback)) return undefined;
  url.hash = '';
  return url.href;
};
