import { html } from 'hono/html';
import type { PatientKind } from '../../functions/scheduling/core/types.ts';
import { callLink, type Markup, notice, renderPage } from '../visit/page.ts';
import { bookingLink, step } from './parts.ts';
import type { BookableView, ChooseProviderView, ChooseTypeView } from './view.ts';

const forWhom: Readonly<Record<PatientKind, string | undefined>> = {
  any: undefined,
  new: 'for new patients',
  established: 'for patients we have seen in the last three years',
};

const described = ({ minutes, patientKind }: BookableView): string =>
  [`${minutes} minutes`, forWhom[patientKind]].filter((part) => part !== undefined).join(', ');

const choice = (href: string, name: string, detail?: string): Markup =>
  html`<li><a class="choice" href="${href}"><span>${name}</span>${
    detail === undefined ? '' : html`<small>${detail}</small>`
  }</a></li>`;

/** The first page: what for. */
export const renderChooseType = ({ clinic, slug, types, providerId, isGone }: ChooseTypeView): string =>
  renderPage({
    clinic,
    isOpenToAll: true,
    title: 'Book a visit',
    content: html`${isGone ? notice('warn', 'That link is out of date', 'Here is what you can book now.') : ''}
<div class="intro">${step(1)}<h1>What would you like to book?</h1></div>
${
  types.length === 0
    ? html`<section class="card"><p>Nothing can be booked online right now. Please call us at ${callLink(clinic)}.</p></section>`
    : html`<ul class="choices">${types.map((type) =>
        choice(bookingLink(slug, { type: type.id, provider: providerId }), type.name, described(type)),
      )}</ul>
<p class="muted small">Not sure? Call us at ${callLink(clinic)} and we will find the right visit.</p>`
}`,
  });

/** The second page: with whom. */
export const renderChooseProvider = ({ clinic, slug, type, providers }: ChooseProviderView): string =>
  renderPage({
    clinic,
    isOpenToAll: true,
    title: 'Book a visit',
    content: html`<div class="intro">${step(1)}<h1>Who would you like to see?</h1>
<p class="muted">${type.name}, ${described(type)}</p></div>
<ul class="choices">
${choice(bookingLink(slug, { type: type.id, provider: 'any' }), 'Anyone', 'the most times to choose from')}
${providers.map(({ id, name }) => choice(bookingLink(slug, { type: type.id, provider: id }), name))}
</ul>
<p><a href="${bookingLink(slug, {})}">Choose another visit</a></p>`,
  });
