import { html } from 'hono/html';
import type { Modality } from '../../functions/scheduling/core/types.ts';
import type { Markup } from './page.ts';
import { dayOfMonth, isSameClock, longDate, monthName, shortDate, timeOfDay, zoneName } from './wording.ts';

/** When a visit is, and whose clocks it is told by. */
export interface TimedView {
  readonly modality: Modality;
  /** RFC 3339. */
  readonly start: string;
  /** RFC 3339. */
  readonly end: string;
  /** The provider's zone: where an in-person visit takes place. */
  readonly visitZone: string;
  /** The patient's own zone: where the other visits reach them. */
  readonly patientZone: string;
}

/** The zone times are shown in: the clinic's for a visit there, the patient's own for one that comes to them. */
export const zoneOf = (view: Pick<TimedView, 'modality' | 'visitZone' | 'patientZone'>): string =>
  view.modality === 'in-person' ? view.visitZone : view.patientZone;

/** `Tuesday, November 24 at 9:30 AM` */
export const spoken = (view: TimedView): string => {
  const zone = zoneOf(view);
  return `${longDate(view.start, zone)} at ${timeOfDay(view.start, zone)}`;
};

/** The date as a tile, the times and the zone beside it; the patient's own clock where it shows something else. */
export const when = (view: TimedView): Markup => {
  const zone = zoneOf(view);
  const isShownElsewhere = zone !== view.patientZone && !isSameClock(view.start, zone, view.patientZone);
  return html`<div class="when">
<div class="tile" aria-hidden="true"><b>${monthName(view.start, zone)}</b><span>${dayOfMonth(view.start, zone)}</span></div>
<div>
<p class="day"><time datetime="${view.start}">${longDate(view.start, zone)}</time></p>
<p>${timeOfDay(view.start, zone)} – ${timeOfDay(view.end, zone)}</p>
<p class="muted small">${zoneName(view.start, zone)}${
    isShownElsewhere
      ? html`. On your own clock: ${dateWhereOther(view)}${timeOfDay(view.start, view.patientZone)} ${zoneName(view.start, view.patientZone)}`
      : ''
  }</p>
</div>
</div>`;
};

/** The date on the patient's own clock, only where it is another one. */
const dateWhereOther = (view: TimedView): string => {
  const own = shortDate(view.start, view.patientZone);
  return own === shortDate(view.start, zoneOf(view)) ? '' : `${own}, `;
};
