import { html } from 'hono/html';
import { callLink, type Markup, notice, renderPage } from './page.ts';
import type { OfferView } from './view.ts';
import { spoken, when, zoneOf } from './when.ts';
import { arrival, timeOfDay, visitName, zoneName } from './wording.ts';

const titles: Readonly<Record<OfferView['standing'], string>> = {
  open: 'A time for you',
  accepted: 'Booked',
  declined: 'Thank you',
  over: 'This offer is over',
  withdrawn: 'This offer is over',
};

/** The page an offer's link opens, however the offer stands: take the time, leave it, or read what became of it. */
export const renderOffer = (view: OfferView): string =>
  renderPage({ clinic: view.clinic, title: titles[view.standing], content: contentOf(view) });

const contentOf = (view: OfferView): Markup => {
  switch (view.standing) {
    case 'open':
      return openOffer(view);
    case 'accepted':
      return html`${notice('good', 'You have a new visit', `See you on ${spoken(view)}.`, true)}
${visitCard(view, html`<p>We have sent you a text with its link: there you can move or cancel it. If you had another visit that you need no more, please cancel it by its own link, or call us, so that somebody else can have it.</p>`)}`;
    case 'declined':
      return html`${notice('good', 'Thank you for telling us', 'Now others may have this time. You keep your place on the waiting list.', true)}
${callCard(view)}`;
    case 'over':
      return html`${notice('warn', 'This offer is over', 'We could keep the time for a short while only, and now others may have it. You keep your place on the waiting list: we will text you when another time is free.', true)}
${callCard(view)}`;
    case 'withdrawn':
      return html`${notice('warn', 'This offer is over', 'You are not on the waiting list any more. If that is not what you wanted, please call us.', true)}
${callCard(view)}`;
    default:
      return view.standing satisfies never;
  }
};

const openOffer = (view: OfferView): Markup => {
  const zone = zoneOf(view);
  const until = `${timeOfDay(view.expiresAt, zone)} ${zoneName(view.expiresAt, zone)}`;
  return html`<div class="intro"><h1>A ${visitName[view.modality]} is free for you</h1>
<p class="muted">Hello ${view.patientGivenName}. You asked us to tell you when a time is free. We keep it for you until <strong>${until}</strong>.</p></div>
${visitCard(
  view,
  html`<div class="actions">
${button(view, 'accept', 'primary', 'Take this time')}
${button(view, 'decline', 'quiet', 'No, thank you')}
</div>
<p class="muted small">If you leave it, you keep your place on the waiting list. Any other visit you have stays as it is.</p>`,
)}`;
};

const button = (view: OfferView, action: 'accept' | 'decline', style: string, words: string): Markup =>
  html`<form method="post" action="/o/${view.token}"><input type="hidden" name="action" value="${action}"><button class="${style}" type="submit">${words}</button></form>`;

const visitCard = (view: OfferView, rest: Markup): Markup => html`<section class="card" aria-label="The visit">
${when(view)}
<dl class="facts">
<dt>With</dt><dd>${view.providerName}</dd>
<dt>How</dt><dd>${arrival[view.modality]}</dd>
</dl>
${rest}
</section>`;

const callCard = ({ clinic }: OfferView): Markup =>
  html`<p class="muted">Would you like to talk to us, or to leave the waiting list? Call ${callLink(clinic)}.</p>`;
