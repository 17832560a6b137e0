import { html, raw } from 'hono/html';
import { metaSecurityPolicy, stylesheet } from './theme.ts';
import type { ClinicView } from './view.ts';
import { phoneText } from './wording.ts';

/** A piece of a page; everything put into it was escaped. */
export type Markup = ReturnType<typeof html>;

export interface Page {
  /** Shown by browsers and kept in histories: never about a person. */
  readonly title: string;
  readonly clinic: ClinicView | undefined;
  readonly content: Markup;
  /** Whether its address is no secret: it opens nothing about anybody. @default a link of one patient */
  readonly isOpenToAll?: boolean | undefined;
}

// A plumb line: the mark of the house, decorative.
const mark = html`<svg width="22" height="22" viewBox="0 0 22 22" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M4 2h14M11 2v9M11 20l-3-6 3-3 3 3z"/></svg>`;

// The address bar's own icon, inside the page: browsers ask for a file otherwise.
const icon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 22 22'%3E%3Cpath d='M4 2h14M11 2v9M11 20l-3-6 3-3 3 3z' fill='none' stroke='%230b8f84' stroke-width='2'/%3E%3C/svg%3E";

/** A telephone number to tap. */
export const callLink = (clinic: ClinicView): Markup =>
  html`<a href="tel:${clinic.phone}">${phoneText(clinic.phone)}</a>`;

/** The whole document round a page's content: landmarks, brand, and what to do in an emergency. */
export const renderPage = (page: Page): string => {
  const { clinic } = page;
  const document = html`<!doctype html>
<html lang="en-US">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${metaSecurityPolicy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta name="referrer" content="no-referrer">
<meta name="format-detection" content="telephone=no">
<meta name="theme-color" content="#f3f6f5" media="(prefers-color-scheme: light)">
<meta name="theme-color" content="#0d1517" media="(prefers-color-scheme: dark)">
<title>${clinic === undefined ? page.title : `${page.title} – ${clinic.brand}`}</title>
<link rel="icon" href="${icon}">
<style>${raw(stylesheet)}</style>
</head>
<body>
<header><div class="column">${mark}<span>${clinic?.brand ?? 'Your clinic'}</span></div></header>
<main class="column">
${page.content}
</main>
<footer><div class="column">
<p>If this is an emergency, call <a href="tel:911">911</a>.</p>
${
  clinic === undefined
    ? ''
    : html`<p>Questions? Call ${clinic.brand} at ${callLink(clinic)}.${
        page.isOpenToAll ? '' : ' This page is private to you: please do not share its link.'
      }</p>`
}
</div></footer>
</body>
</html>
`;
  return String(document);
};

/** What just happened, read out first: it takes the focus when the page opens. */
export const notice = (
  kind: 'good' | 'warn' | 'alarm',
  title: string,
  text: Markup | string,
  /** The page's main heading, where the notice is all it has to say. */
  isHeading = false,
): Markup => {
  const style = kind === 'good' ? 'note' : `note ${kind}`;
  return html`<div class="${style}" role="${kind === 'alarm' ? 'alert' : 'status'}" tabindex="-1" autofocus>
${isHeading ? html`<h1>${title}</h1>` : html`<h2>${title}</h2>`}
<p>${text}</p>
</div>`;
};

/** What every form of a visit's page carries: what is meant, and the state it was meant for. */
export const hidden = (
  action: 'confirm' | 'reschedule' | 'cancel' | 'rebook' | 'stop-texts' | 'get-texts',
  { rev }: { readonly rev: number },
): Markup => html`<input type="hidden" name="action" value="${action}"><input type="hidden" name="rev" value="${rev}">`;
