import { html } from 'hono/html';
import { callLink, type Markup, notice, renderPage } from '../visit/page.ts';
import { phoneText } from '../visit/wording.ts';
import { actionButton, bookingPath, carried, chosenCard, faultOf, step } from './parts.ts';
import type { CodeView } from './view.ts';

const asked: ReadonlySet<string> = new Set(['phoneCode', 'action']);

/** The last question: the code that was texted. */
export const renderCode = (view: CodeView): string => {
  const { clinic, slug, chosen, fields } = view;
  const faults =
    view.notice === 'wrong' ? [{ field: 'phoneCode', message: 'This code is not right, or no longer valid' }] : [];
  const { style, explained, attributes } = faultOf('phoneCode', faults, 'Six digits. It is good for 10 minutes.');
  return renderPage({
    clinic,
    isOpenToAll: true,
    title: view.notice === 'wrong' ? 'Please check – your code' : 'Your code',
    content: html`${topNotice(view)}
<div class="intro">${step(4)}<h1>Enter your code</h1>
<p class="muted">It was texted to ${phoneText(view.phone)}.</p></div>
${chosenCard(chosen)}
<form method="post" action="${bookingPath(slug)}" novalidate>
${carried(fields, asked)}
<section class="card" aria-label="Your code">
<div class="${style}"><div><label class="label" for="phoneCode">Code from our text</label>
${explained}
<input class="code" type="text" inputmode="numeric" id="phoneCode" name="phoneCode" autocomplete="one-time-code" maxlength="6" required${attributes}></div></div>
<div class="actions">
${actionButton('primary', 'book', 'Book this visit')}
${actionButton('quiet', 'again', 'Text me another code')}
${actionButton('quiet', 'change', 'Change my details')}
</div>
<p class="muted small">No text? Check the number. If you once replied STOP to our texts, text START to the same number first, or call us at ${callLink(clinic)}.</p>
</section>
</form>`,
  });
};

const topNotice = (view: CodeView): Markup | string => {
  switch (view.notice) {
    case 'sent':
      return '';
    case 'sent-again':
      return notice('good', 'We sent another code', 'Only the newest one counts.');
    case 'wrong':
      return notice(
        'alarm',
        'That code did not work',
        'Check the digits of our newest text, or ask for another code. Nothing was booked yet.',
      );
    case 'too-many-codes':
      return notice(
        'warn',
        'We cannot text another code right now',
        html`Use the newest code you have, try again in a quarter of an hour, or call ${callLink(view.clinic)}.`,
      );
    case 'too-many':
      return notice(
        'warn',
        'Please wait a little',
        html`There were too many tries from your connection. Try again later, or call ${callLink(view.clinic)}.`,
      );
  }
};
