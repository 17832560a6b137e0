import { html } from 'hono/html';
import type { Question } from '../../functions/intake/core/form.ts';
import { callLink, type Markup, notice, renderPage } from './page.ts';
import type { ClosedFormView, FormResultView, FormView, QuestionsView } from './view.ts';

const formTitle = 'Before your visit';

/** The pre-visit form: what is wrong stands beside the field it is about, and what was typed is still there. */
export const renderForm = (view: FormView): string =>
  renderPage({
    clinic: view.clinic,
    title: view.faults.length > 0 ? `Please check – ${formTitle.toLowerCase()}` : formTitle,
    content: html`${topNotice(view)}
<div class="intro"><h1>${formTitle}</h1>
<p class="muted">Your answers help your provider prepare. They go to your care team only.</p></div>
<form method="post" action="/v/${view.token}/form" novalidate>
<input type="hidden" name="rev" value="${view.rev}">
${askSections(view)}
${askToAgree(view)}
<div class="actions">
<button class="primary" type="submit">Save my answers</button>
<a class="button quiet" href="/v/${view.token}">Back to my visit</a>
</div>
</form>`,
  });

const askToAgree = ({ asks = [], fields }: FormView): Markup | string =>
  asks.length === 0
    ? ''
    : html`<section class="card" aria-labelledby="texts">
<h2 id="texts">Texts from us</h2>
${asks.map((ask) => askAgreement(ask, fields))}
</section>`;

/** A box with the exact words that are agreed to, never ticked beforehand. */
export const askAgreement = (
  { name, wording }: { readonly name: string; readonly wording: string },
  fields: Readonly<Record<string, string>>,
): Markup =>
  html`<label class="option consent" for="${name}"><input type="checkbox" id="${name}" name="${name}" value="yes"${
    fields[name] === 'yes' ? html` checked` : ''
  }><span>${wording}</span></label>`;

/** The questions, section by section, as a form holds them. */
export const askSections = (view: QuestionsView): Markup =>
  html`${view.sections.map(
    (section) => html`<section class="card" aria-labelledby="section-${section.id}">
<h2 id="section-${section.id}">${section.title}</h2>
${section.lead === undefined ? '' : html`<p class="muted lead">${section.lead}</p>`}
${section.questions.map((question) => askQuestion(question, view))}
</section>`,
  )}`;

const topNotice = (view: FormView): Markup | string => {
  if (view.faults.length > 0) return faultSummary(view);
  if (view.isStale) {
    return notice(
      'warn',
      'Your answers were also saved from another page',
      'Below is what you entered here. Save once more to keep these.',
    );
  }
  switch (view.saved) {
    case undefined:
      return '';
    case 'EMERGENCY':
      return notice(
        'alarm',
        'Your answers need emergency care',
        html`Call <a href="tel:911">911</a> or go to the nearest emergency department now, unless you have been seen for this already.`,
      );
    case 'SAME_DAY':
      return notice(
        'warn',
        'Your answers are saved',
        html`The clinic was told to contact you. You can also call ${callLink(view.clinic)}.`,
      );
    case 'ROUTINE':
      return notice('good', 'Your answers are saved', 'You can change them until your visit.');
  }
};

const faultSummary = (view: FormView): Markup => {
  const questions = new Map(
    view.sections.flatMap((section) => section.questions.map((question) => [question.id, question] as const)),
  );
  const count = view.faults.length;
  return html`<div class="note alarm" role="alert" tabindex="-1" autofocus>
<h2>${count === 1 ? 'One answer is missing or needs a change' : `${count} answers are missing or need a change`}</h2>
<ul>${view.faults.map((fault) => {
    const question = questions.get(fault.questionId);
    return question === undefined ? '' : html`<li><a href="#${firstControlId(question)}">${question.text}</a></li>`;
  })}</ul>
</div>`;
};

const controlId = (question: Question, value: string): string => `${question.id}-${value}`;

/** Where a link of the summary leads: to the control itself, so that the next key answers it. */
export const firstControlId = (question: Question): string => {
  switch (question.kind) {
    case 'yes-no':
      return controlId(question, 'yes');
    case 'choice':
      return controlId(question, question.options[0]?.id ?? '');
    case 'scale':
      return controlId(question, '0');
    case 'text':
      return question.id;
  }
};

const askQuestion = (question: Question, view: QuestionsView): Markup => {
  const fault = view.faults.find(({ questionId }) => questionId === question.id);
  const describedBy = [
    ...(question.hint === undefined ? [] : [`${question.id}-hint`]),
    ...(fault === undefined ? [] : [`${question.id}-fault`]),
  ].join(' ');
  const explained = html`${
    question.hint === undefined ? '' : html`<p class="hint" id="${question.id}-hint">${question.hint}</p>`
  }${fault === undefined ? '' : html`<p class="fault" id="${question.id}-fault">${fault.message}</p>`}`;
  const style = fault === undefined ? 'question' : 'question faulty';
  const described = describedBy === '' ? '' : html` aria-describedby="${describedBy}"`;
  const invalid = fault === undefined ? '' : html` aria-invalid="true"`;
  const label = html`${question.text}${question.required ? '' : html` <span class="optional">(optional)</span>`}`;

  if (question.kind === 'text') {
    return html`<div class="${style}"><div>
<label class="label" for="${question.id}">${label}</label>
${explained}
<textarea id="${question.id}" name="${question.id}" maxlength="${question.maxLength}" rows="4"${described}${invalid}>
${view.fields[question.id] ?? ''}</textarea>
</div></div>`;
  }
  return html`<div class="${style}"><div><fieldset role="radiogroup"${question.required ? html` aria-required="true"` : ''}${described}${invalid}>
<legend>${label}</legend>
${explained}
${options(question, view)}
${hasEmergency(question, view) ? urgent : ''}
</fieldset></div></div>`;
};

// Shown by the style sheet as soon as such an answer is chosen: it must not wait for the whole form.
const urgent = html`<p class="urgent">This can be an emergency. Call <a href="tel:911">911</a> or go to the nearest emergency department now. Do not wait for your visit.</p>`;

type ChosenQuestion = Exclude<Question, { readonly kind: 'text' }>;
interface Option {
  readonly value: string;
  readonly text: string;
}

const optionsOf = (question: ChosenQuestion): readonly Option[] => {
  switch (question.kind) {
    case 'yes-no':
      return [
        { value: 'yes', text: 'Yes' },
        { value: 'no', text: 'No' },
      ];
    case 'choice':
      return question.options.map(({ id, text }) => ({ value: id, text }));
    case 'scale':
      return Array.from({ length: 11 }, (_, value) => ({ value: String(value), text: String(value) }));
  }
};

const isEmergency = (question: Question, value: string, view: QuestionsView): boolean =>
  view.emergencyAnswers.has(`${question.id}=${value}`);

const hasEmergency = (question: ChosenQuestion, view: QuestionsView): boolean =>
  optionsOf(question).some(({ value }) => isEmergency(question, value, view));

const options = (question: ChosenQuestion, view: QuestionsView): Markup => {
  const choices = optionsOf(question).map(
    ({ value, text }) =>
      html`<label class="option" for="${controlId(question, value)}"><input type="radio" id="${controlId(question, value)}" name="${question.id}" value="${value}"${
        view.fields[question.id] === value ? html` checked` : ''
      }${isEmergency(question, value, view) ? html` data-urgent` : ''}><span>${text}</span></label>`,
  );
  switch (question.kind) {
    case 'yes-no':
      return html`<div class="options two">${choices}</div>`;
    case 'choice':
      return html`<div class="options">${choices}</div>`;
    case 'scale':
      return html`<div class="scale">${choices}</div>
<div class="ends"><span>0: ${question.lowText}</span><span>10: ${question.highText}</span></div>`;
  }
};

/** What to do now, by what the answers came to. */
export const renderFormResult = (view: FormResultView): string => {
  switch (view.disposition) {
    case 'EMERGENCY':
      return renderPage({ clinic: view.clinic, title: 'Please act now', content: emergency(view) });
    case 'SAME_DAY':
      return renderPage({ clinic: view.clinic, title: 'Thank you', content: sameDay(view) });
    case 'ROUTINE':
      return renderPage({ clinic: view.clinic, title: 'Thank you', content: routine(view) });
  }
};

const crisisLine = (view: FormResultView): Markup | string =>
  view.namesCrisisLine
    ? html`<p>If you are thinking of harming yourself, call or text <a href="tel:988">988</a> at any hour. Someone will listen.</p>`
    : '';

const emergency = (view: FormResultView): Markup => html`<section class="card" aria-labelledby="heading">
<div class="note alarm" role="alert" tabindex="-1" autofocus><h1 id="heading">Please get emergency care now</h1>
<p>What you told us can be an emergency. Call 911, or go to the nearest emergency department. Do not drive yourself, and do not wait for your visit.</p></div>
<div class="actions"><a class="button danger" href="tel:911">Call 911</a></div>
${crisisLine(view)}
<p>A clinician at ${view.clinic.brand} has been alerted and will try to reach you. Please do not wait for that call.</p>
<p class="muted small">You can call the clinic too: ${callLink(view.clinic)}. Was this a mistake? <a href="/v/${view.token}/form">Change your answers</a>.</p>
</section>`;

const sameDay = (view: FormResultView): Markup => html`<section class="card" aria-labelledby="heading">
<div role="status" tabindex="-1" autofocus><h1 id="heading">Thank you. We want to talk to you soon</h1>
<p>Something you told us should not wait for your visit. A clinician has been alerted and will contact you.</p></div>
<p>If you have not heard from us today, call us. If you get worse, or have trouble with your bladder or bowels, numbness between your legs, or growing weakness, call <a href="tel:911">911</a>.</p>
${crisisLine(view)}
<div class="actions"><a class="button primary" href="tel:${view.clinic.phone}">Call ${view.clinic.brand}</a>
<a class="button quiet" href="/v/${view.token}">Back to my visit</a></div>
</section>`;

const routine = (view: FormResultView): Markup => html`<section class="card" aria-labelledby="heading">
<div role="status" tabindex="-1" autofocus><h1 id="heading">Thank you, your answers are saved</h1>
<p>Your provider will read them before your visit.</p></div>
<p>If anything gets worse before then, call us at ${callLink(view.clinic)}.</p>
<div class="actions"><a class="button primary" href="/v/${view.token}">Back to my visit</a>
<a class="button quiet" href="/v/${view.token}/form">Change my answers</a></div>
</section>`;

/** The page of a form whose visit is over or cancelled. */
export const renderClosedForm = (view: ClosedFormView): string =>
  renderPage({
    clinic: view.clinic,
    title: formTitle,
    content: html`<section class="card">
<h1>These questions are closed</h1>
<p>Your visit has ended or was cancelled, so answers would not be read in time. If you need us, please call.</p>
<div class="actions"><a class="button primary" href="tel:${view.clinic.phone}">Call ${view.clinic.brand}</a>
<a class="button quiet" href="/v/${view.token}">Back to my visit</a></div>
</section>`,
  });
