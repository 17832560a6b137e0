import { html } from 'hono/html';
import { renderPage } from './page.ts';
import type { ClinicView } from './view.ts';

/** Where an e-mail's reader ends these e-mails: a button, because programs that look into e-mail follow links; then that it is done. */
export const renderStopEmails = (clinic: ClinicView, { isStopped }: { readonly isStopped: boolean }): string => {
  const heading = isStopped ? 'No more e-mails' : 'Stop these e-mails?';
  return renderPage({
    clinic,
    title: heading,
    content: html`<section class="card">
<h1>${heading}</h1>
${
  isStopped
    ? html`<p>We send you no more e-mails when a text does not arrive. Your visits stay as they are.</p>`
    : html`<p>We write to you when a text about your visit does not arrive. Your visits stay as they are.</p>
<form method="post"><div class="actions"><button class="button primary" type="submit">Stop these e-mails</button></div></form>`
}
</section>`,
  });
};
