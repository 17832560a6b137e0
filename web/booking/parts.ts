import { html } from 'hono/html';
import type { Modality } from '../../functions/scheduling/core/types.ts';
import type { Markup } from '../visit/page.ts';
import { arrival, dayOfMonth, longDate, monthName, timeOfDay, zoneName } from '../visit/wording.ts';
import type { BookingFields, ChosenView, FieldFault } from './view.ts';

/** What the pages of self-booking have in common. */

/** The clinic's booking page; nothing about a person is ever in an address. */
export const bookingPath = (slug: string): string => `/book/${slug}`;

/** A link into the booking, with what it has chosen already. */
export const bookingLink = (
  slug: string,
  chosen: { readonly type?: string; readonly provider?: string | undefined },
) => {
  const query = new URLSearchParams(
    Object.entries(chosen).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, value]])),
  ).toString();
  return query === '' ? bookingPath(slug) : `${bookingPath(slug)}?${query}`;
};

/** Where in the booking a page is. */
export const step = (number: 1 | 2 | 3 | 4): Markup => html`<p class="muted small">Step ${number} of 4</p>`;

/** Carries what other pages of the booking asked, except what this one asks itself. */
export const carried = (fields: BookingFields, except: ReadonlySet<string>): Markup =>
  html`${Object.entries(fields)
    .filter(([name]) => !except.has(name))
    .map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}`;

/** A button that says what to do next. */
export const actionButton = (style: 'primary' | 'quiet', action: string, text: string): Markup =>
  html`<button class="${style}" type="submit" name="action" value="${action}">${text}</button>`;

/** How a visit takes place, as a choice. */
export const modalityChoice: Readonly<Record<Modality, string>> = {
  'in-person': 'At the clinic',
  video: 'By video',
  audio: 'By phone',
};

/** The chosen time, as the visit's own page will show it. */
export const chosenCard = ({ typeName, providerName, modality, start, end, zone }: ChosenView): Markup =>
  html`<section class="card" aria-label="Your time">
<div class="when">
<div class="tile" aria-hidden="true"><b>${monthName(start, zone)}</b><span>${dayOfMonth(start, zone)}</span></div>
<div>
<p class="day"><time datetime="${start}">${longDate(start, zone)}</time></p>
<p>${timeOfDay(start, zone)} – ${timeOfDay(end, zone)}</p>
<p class="muted small">${zoneName(start, zone)}</p>
</div>
</div>
<dl class="facts">
<dt>Visit</dt><dd>${typeName}</dd>
<dt>With</dt><dd>${providerName}</dd>
<dt>How</dt><dd>${arrival[modality]}</dd>
</dl>
</section>`;

/** The message beside a field, if something is wrong with it, and the attributes that tie it to the field. */
export const faultOf = (name: string, faults: readonly FieldFault[], hint?: string) => {
  const message = faults.find(({ field }) => field === name)?.message;
  const describedBy = [
    ...(hint === undefined ? [] : [`${name}-hint`]),
    ...(message === undefined ? [] : [`${name}-fault`]),
  ].join(' ');
  return {
    style: message === undefined ? 'question' : 'question faulty',
    explained: html`${hint === undefined ? '' : html`<p class="hint" id="${name}-hint">${hint}</p>`}${
      message === undefined ? '' : html`<p class="fault" id="${name}-fault">${message}</p>`
    }`,
    attributes: html`${describedBy === '' ? '' : html` aria-describedby="${describedBy}"`}${
      message === undefined ? '' : html` aria-invalid="true"`
    }`,
  };
};
