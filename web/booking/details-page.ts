import { html } from 'hono/html';
import { askAgreement, askSections, firstControlId } from '../visit/form-page.ts';
import { type Markup, renderPage } from '../visit/page.ts';
import { timeOfDay } from '../visit/wording.ts';
import { actionButton, bookingPath, carried, chosenCard, faultOf, step } from './parts.ts';
import type { DetailsView } from './view.ts';

const months = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
];

const ownFields = [
  'givenName',
  'familyName',
  'birthMonth',
  'birthDay',
  'birthYear',
  'phone',
  'consent',
  'marketing',
  'language',
  'action',
];

/** Who the visit is for, the pre-visit form and the agreement to be texted: on one page, so that nothing is asked twice. */
export const renderDetails = (view: DetailsView): string => {
  const { clinic, slug, chosen, fields, questions, heldUntil } = view;
  const asked = new Set([
    ...ownFields,
    ...questions.sections.flatMap((section) => section.questions.map((question) => question.id)),
  ]);
  const isFaulty = view.faults.length + questions.faults.length > 0;
  return renderPage({
    clinic,
    isOpenToAll: true,
    title: isFaulty ? 'Please check – your details' : 'Your details',
    content: html`${isFaulty ? summary(view) : ''}
<div class="intro">${step(3)}<h1>Your details</h1>
${heldUntil === undefined ? '' : html`<p class="muted">We keep this time for you until ${timeOfDay(heldUntil, chosen.zone)}.</p>`}</div>
${chosenCard(chosen)}
<form method="post" action="${bookingPath(slug)}" novalidate>
${carried(fields, asked)}
<section class="card" aria-labelledby="person">
<h2 id="person">Who is the visit for?</h2>
${lineOf('givenName', 'First name', 'given-name', view)}
${lineOf('familyName', 'Last name', 'family-name', view)}
${birthDate(view)}
${lineOf('phone', 'Mobile phone', 'tel-national', view, 'tel', 'We text a code to it to check that it is yours.')}
</section>
${askSections(questions)}
${consent(view)}
<div class="actions">
${actionButton('primary', 'details', 'Text me a code')}
${actionButton('quiet', 'times', 'Choose another time')}
</div>
</form>`,
  });
};

const labels: Readonly<Record<string, string>> = {
  givenName: 'First name',
  familyName: 'Last name',
  birthDate: 'Date of birth',
  phone: 'Mobile phone',
};
const firstControl: Readonly<Record<string, string>> = { birthDate: 'birthMonth' };

const summary = ({ faults, questions }: DetailsView): Markup => {
  const byId = new Map(
    questions.sections.flatMap((section) => section.questions.map((question) => [question.id, question] as const)),
  );
  const count = faults.length + questions.faults.length;
  return html`<div class="note alarm" role="alert" tabindex="-1" autofocus>
<h2>${count === 1 ? 'One answer is missing or needs a change' : `${count} answers are missing or need a change`}</h2>
<ul>${faults.map(
    ({ field, message }) =>
      html`<li><a href="#${firstControl[field] ?? field}">${labels[field] ?? 'Your details'}</a>: ${message}</li>`,
  )}${questions.faults.map((fault) => {
    const question = byId.get(fault.questionId);
    return question === undefined ? '' : html`<li><a href="#${firstControlId(question)}">${question.text}</a></li>`;
  })}</ul>
</div>`;
};

const lineOf = (
  name: string,
  label: string,
  autocomplete: string,
  { fields, faults }: DetailsView,
  type: 'text' | 'tel' = 'text',
  hint?: string,
): Markup => {
  const { style, explained, attributes } = faultOf(name, faults, hint);
  return html`<div class="${style}"><div><label class="label" for="${name}">${label}</label>
${explained}
<input type="${type}" id="${name}" name="${name}" value="${fields[name] ?? ''}" autocomplete="${autocomplete}" maxlength="60" required${attributes}></div></div>`;
};

const birthDate = ({ fields, faults }: DetailsView): Markup => {
  const { style, explained, attributes } = faultOf('birthDate', faults);
  const number = (name: string, label: string, length: number, autocomplete: string) =>
    html`<div><label class="small" for="${name}">${label}</label><input type="text" inputmode="numeric" id="${name}" name="${name}" value="${fields[name] ?? ''}" maxlength="${length}" autocomplete="${autocomplete}" required></div>`;
  return html`<div class="${style}"><div><fieldset${attributes}><legend>Date of birth</legend>
${explained}
<div class="date">
<div><label class="small" for="birthMonth">Month</label><select id="birthMonth" name="birthMonth" autocomplete="bday-month" required><option value="">Month</option>${months.map(
    (month, index) =>
      html`<option value="${index + 1}"${fields.birthMonth === String(index + 1) ? html` selected` : ''}>${month}</option>`,
  )}</select></div>
${number('birthDay', 'Day', 2, 'bday-day')}
${number('birthYear', 'Year', 4, 'bday-year')}
</div></fieldset></div></div>`;
};

const consent = (view: DetailsView): Markup => html`<section class="card" aria-labelledby="texts">
<h2 id="texts">Reminders by text</h2>
${askAgreement({ name: 'consent', wording: view.consentWording }, view.fields)}
<p class="hint">You can book without it. Then we text you the code only, and you will have to call us to change your visit.</p>
${askAgreement({ name: 'marketing', wording: view.marketingWording }, view.fields)}
<div class="question"><label class="label" for="language">Language of our texts · Idioma de nuestros mensajes</label>
<select id="language" name="language">${languages.map(
  ([code, name]) =>
    html`<option value="${code}" lang="${code}"${(view.fields.language ?? view.language) === code ? html` selected` : ''}>${name}</option>`,
)}</select></div>
</section>`;

const languages = [
  ['en', 'English'],
  ['es', 'Español'],
] as const;
