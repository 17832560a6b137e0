import { html } from 'hono/html';
import type { ProblemDocument } from '../../functions/platform/problem.ts';
import { callLink, type Markup, renderPage } from './page.ts';
import type { ClinicView } from './view.ts';

interface Explanation {
  readonly heading: string;
  readonly text: string;
  /** Whether opening the page again can help. */
  readonly canRetry: boolean;
}

const expired: Explanation = {
  heading: 'This link has expired',
  text: 'Links in our texts work for a limited time.',
  canRetry: false,
};

const unknown: Explanation = {
  heading: 'We do not know this link',
  text: 'Please open the link from the text again, to its very end.',
  canRetry: false,
};

const changed: Explanation = {
  heading: 'That did not work',
  text: 'Your visit may have changed in the meantime. Open it again to see how it stands.',
  canRetry: true,
};

const unlucky: Explanation = {
  heading: 'Something went wrong on our side',
  text: 'Nothing is lost. Please try again in a minute.',
  canRetry: true,
};

const explain = (problem: Pick<ProblemDocument, 'code' | 'status'>): Explanation => {
  if (problem.code === 'link-expired') return expired;
  if (problem.code === 'not-found') return unknown;
  return problem.status >= 500 ? unlucky : changed;
};

/**
 * The page of a failure: what it means and what to do, without the reason's internals. Without a clinic (an unknown link
 * belongs to none) it points to the text the link came in.
 */
export const renderProblemPage = (problem: Pick<ProblemDocument, 'code' | 'status'>, clinic?: ClinicView): string => {
  const { heading, text, canRetry } = explain(problem);
  return renderPage({
    clinic,
    title: heading,
    content: html`<section class="card">
<h1>${heading}</h1>
<p>${text}</p>
<p>${help(clinic)}</p>
${
  canRetry
    ? html`<div class="actions"><a class="button primary" href="?">Open it again</a></div>`
    : clinic === undefined
      ? ''
      : html`<div class="actions"><a class="button primary" href="tel:${clinic.phone}">Call ${clinic.brand}</a></div>`
}
</section>`,
  });
};

const help = (clinic: ClinicView | undefined): Markup =>
  clinic === undefined
    ? html`If that does not help, call your clinic: the text with the link names it.`
    : html`${clinic.brand} is glad to help you by phone: ${callLink(clinic)}.`;
