import { html } from 'hono/html';
import type { ProblemDocument } from '../../functions/platform/problem.ts';
import { callLink, type Markup, renderPage } from '../visit/page.ts';
import type { ClinicView } from '../visit/view.ts';
import { longDate, timeOfDay } from '../visit/wording.ts';
import { actionButton, bookingLink, bookingPath, carried, chosenCard } from './parts.ts';
import type { BlockedView, BookedView, EmergencyView } from './view.ts';

/** It is booked: when, and what comes next. */
export const renderBooked = (view: BookedView): string => {
  const { clinic, slug, chosen, isUrgent } = view;
  return renderPage({
    clinic,
    isOpenToAll: true,
    title: 'You are booked',
    content: html`<div class="note good" role="status" tabindex="-1" autofocus><h1>You are booked</h1>
<p>See you on ${longDate(chosen.start, chosen.zone)} at ${timeOfDay(chosen.start, chosen.zone)}.</p></div>
${isUrgent ? urgent(view) : ''}
${chosenCard(chosen)}
<section class="card" aria-labelledby="next"><h2 id="next">What comes next</h2>
<ul class="plain">${comesNext(view).map((each) => html`<li>${each}</li>`)}</ul></section>
${isUrgent ? '' : crisisLine(view)}
<p><a href="${bookingLink(slug, {})}">Book another visit</a></p>`,
  });
};

const comesNext = ({ clinic, chosen, getsTexts }: BookedView): readonly (Markup | string)[] => [
  ...(getsTexts
    ? [
        'We text you a confirmation now. Its link shows your visit, and lets you move or cancel it.',
        'We remind you by text before your visit.',
      ]
    : [
        html`You chose not to get texts: please write the time down. To move or cancel your visit, call ${callLink(clinic)}.`,
      ]),
  chosen.modality === 'in-person'
    ? 'Please bring your insurance card and a photo ID.'
    : chosen.modality === 'video'
      ? 'Your visit is by video: have a quiet place, and a phone or computer with a camera.'
      : 'Your visit is by phone: we call the number you gave us.',
];

const urgent = (view: BookedView): Markup => html`<div class="note warn"><h2>We want to talk to you soon</h2>
<p>Something you told us should not wait for your visit. A clinician has been alerted and will contact you. If you have not heard from us today, call ${callLink(view.clinic)}. If you get worse, or have trouble with your bladder or bowels, numbness between your legs, or growing weakness, call <a href="tel:911">911</a>.</p>
${crisisLine(view)}</div>`;

const crisisLine = ({ namesCrisisLine }: { readonly namesCrisisLine: boolean }): Markup | string =>
  namesCrisisLine
    ? html`<p>If you are thinking of harming yourself, call or text <a href="tel:988">988</a> at any hour. Someone will listen.</p>`
    : '';

/** Answers that must not wait for any visit: nothing was booked. */
export const renderEmergency = (view: EmergencyView): string =>
  renderPage({
    clinic: view.clinic,
    isOpenToAll: true,
    title: 'Please act now',
    content: html`<section class="card" aria-labelledby="heading">
<div class="note alarm" role="alert" tabindex="-1" autofocus><h1 id="heading">Please get emergency care now</h1>
<p>What you told us can be an emergency. Call 911, or go to the nearest emergency department. Do not drive yourself. This visit was not booked.</p></div>
<div class="actions"><a class="button danger" href="tel:911">Call 911</a></div>
${crisisLine(view)}
${view.isAlerted ? html`<p>A clinician at ${view.clinic.brand} has been alerted and will try to reach you. Please do not wait for that call.</p>` : ''}
<p class="muted small">You can call the clinic too: ${callLink(view.clinic)}.</p>
<form class="actions" method="post" action="${bookingPath(view.slug)}">
${carried(view.fields, new Set(['action']))}
${actionButton('quiet', 'change', 'This was a mistake: change my answers')}
</form>
</section>`,
  });

/** A human has to book this one. */
export const renderBlocked = ({ clinic, slug, reason }: BlockedView): string =>
  renderPage({
    clinic,
    isOpenToAll: true,
    title: 'Please call us',
    content: html`<section class="card">
<div role="alert" tabindex="-1" autofocus><h1>Please call us to book</h1>
<p>${reason}</p></div>
<div class="actions"><a class="button primary" href="tel:${clinic.phone}">Call ${clinic.brand}</a>
<a class="button quiet" href="${bookingLink(slug, {})}">Choose another visit</a></div>
</section>`,
  });

interface Explanation {
  readonly heading: string;
  readonly text: string;
  readonly canRetry: boolean;
}

const explain = ({ code, status }: Pick<ProblemDocument, 'code' | 'status'>): Explanation => {
  if (code === 'not-found') {
    return { heading: 'We do not know this page', text: 'Please check the address you were given.', canRetry: false };
  }
  if (code === 'too-many-requests') {
    return { heading: 'Please wait a little', text: 'That was tried too often. Try again later.', canRetry: true };
  }
  if (status >= 500) {
    return {
      heading: 'Something went wrong on our side',
      text: 'Nothing is half done. Please try again in a minute.',
      canRetry: true,
    };
  }
  return { heading: 'That did not work', text: 'Please start again.', canRetry: true };
};

/** The page of a failure of self-booking. */
export const renderBookingProblem = (
  problem: Pick<ProblemDocument, 'code' | 'status'>,
  clinic?: ClinicView,
): string => {
  const { heading, text, canRetry } = explain(problem);
  return renderPage({
    clinic,
    isOpenToAll: true,
    title: heading,
    content: html`<section class="card">
<h1>${heading}</h1>
<p>${text}</p>
${clinic === undefined ? '' : html`<p>${clinic.brand} is glad to help you by phone: ${callLink(clinic)}.</p>`}
${canRetry ? html`<div class="actions"><a class="button primary" href="?">Start again</a></div>` : ''}
</section>`,
  });
};
