import { html } from 'hono/html';
import type { NumberTexts } from '../../functions/messaging/core/number-texts.ts';
import { hidden, type Markup } from './page.ts';
import type { VisitView } from './view.ts';
import { fullDate, phoneText } from './wording.ts';

type TextsView = Pick<VisitView, 'texts' | 'token' | 'rev' | 'patientZone'>;

/** Whether texts about visits go to the patient's number, why not if not, and the button that stops them or brings them back. */
export const textsCard = (view: TextsView): Markup => {
  const { texts } = view;
  return html`<section class="card" aria-labelledby="texts-heading">
<h2 id="texts-heading">Text messages</h2>
<p>${textsStatement(view)}</p>
${carrierNote(view)}${texts.stop === undefined ? '' : stopForm(view, texts.stop)}${wayBack(view)}
</section>`;
};

/** How things stand, in a sentence or two. */
export const textsStatement = ({ texts, patientZone }: Pick<TextsView, 'texts' | 'patientZone'>): string => {
  const number = `your number ending in ${texts.numberEnding}`;
  const on = texts.since === undefined ? '' : ` on ${fullDate(texts.since, patientZone)}`;
  const none = `Texts about your visits do not go to ${number}`;
  switch (texts.reason) {
    case 'agreed':
      return `Texts about your visits go to ${number}.`;
    case 'opted-out':
      return `${none}. They were stopped${on}${texts.how === undefined ? '' : ` ${ways[texts.how]}`}.`;
    case 'prefers-no-texts':
      return `${none}: we were told${on} that you would rather not get any, because they are not encrypted.`;
    case 'no-consent':
      return `${none}: you have not agreed to them yet.`;
    case 'carrier-list':
      return `You have agreed to texts, but none can arrive at ${number} yet.`;
    case 'unreachable':
      return `${none} for now: our last ones${on} did not arrive. Please call us, or text us from it.`;
  }
};

const ways: Readonly<Record<NonNullable<NumberTexts['how']>, string>> = {
  text: 'by a text from that number',
  'web-form': 'on a page of ours',
  staff: 'by a word to our staff',
  carrier: 'by the phone company',
  import: 'according to our earlier records',
};

/** What no button of ours can change. */
const carrierNote = ({ texts: { carrier, textStartTo }, patientZone }: TextsView): Markup | string => {
  if (carrier === undefined) return '';
  const from = carrier.removableFrom === undefined ? '' : `, next on ${fullDate(carrier.removableFrom, patientZone)}`;
  const again = carrier.refusedAgainAt;
  const refused = again === undefined ? '' : ` It last refused one of ours on ${fullDate(again, patientZone)}.`;
  return html`<p>Since ${fullDate(carrier.listedAt, patientZone)} the phone company has that number on its own list of those that get no texts.${refused} Text START from it to ${startLink(textStartTo)} as well, or call us. Until the number is off that list, no text arrives; the phone company takes one off once in 30 days${from}.</p>`;
};

const startLink = (number: string): Markup => html`<a href="sms:${number}">${phoneText(number)}</a>`;

const stopForm = (
  view: TextsView,
  { wording, ends }: NonNullable<NumberTexts['stop']>,
): Markup => html`<form method="post" action="/v/${view.token}">
${hidden('stop-texts', view)}
<p class="muted small">${
  ends === 'all'
    ? 'You can stop all texts from us to that number, whoever gave it to us.'
    : 'You can stop texts about visits and care, and any advertising, to that number, whoever gave it to us.'
} Your visits stay as they are.</p>
<div class="actions"><button class="quiet" type="submit">${wording}</button></div>
</form>`;

/** The words are agreed to by the button under them. */
const wayBack = (view: TextsView): Markup | string => {
  const { agreement, reason, textStartTo } = view.texts;
  if (agreement !== undefined) {
    return html`<form method="post" action="/v/${view.token}">
${hidden('get-texts', view)}<input type="hidden" name="wordingVersion" value="${agreement.wordingVersion}">
<p class="small" id="texts-words">${agreement.wording}</p>
<div class="actions"><button class="quiet" type="submit" aria-describedby="texts-words">${reason === 'no-consent' ? 'Get texts' : 'Get texts again'}</button></div>
</form>`;
  }
  return reason === 'opted-out' || reason === 'prefers-no-texts'
    ? html`<p>To get them again, text START from that number to ${startLink(textStartTo)}, or use a link that we texted to it. This link does not show that the number is yours.</p>`
    : '';
};
