import { html } from 'hono/html';
import type { Modality } from '../../functions/scheduling/core/types.ts';
import { callLink, type Markup, notice, renderPage } from '../visit/page.ts';
import { longDate, timeOfDay, zoneName } from '../visit/wording.ts';
import { actionButton, bookingLink, bookingPath, carried, modalityChoice, step } from './parts.ts';
import { byStateName, stateName } from './states.ts';
import type { TimesView } from './view.ts';

const asked: ReadonlySet<string> = new Set(['how', 'state', 'zone', 'action']);

/** Whether the patient is wherever they are: then licences and clocks depend on it. */
const isRemote = (modality: Modality): boolean => modality !== 'in-person';

/** The page of times: where and how, then the days, each with its times. */
export const renderTimes = (view: TimesView): string => {
  const { clinic, slug, type, providerName, modalities, modality, state, slots } = view;
  const mustSayWhere = isRemote(modality) && state === undefined;
  return renderPage({
    clinic,
    isOpenToAll: true,
    title: 'Choose a time',
    content: html`${topNotice(view)}
<div class="intro">${step(2)}<h1>${mustSayWhere ? 'Where will you be?' : 'When would you like your visit?'}</h1>
<p class="muted">${type.name}, ${type.minutes} minutes, with ${providerName ?? 'anyone'}. <a href="${bookingLink(slug, {})}">Start over</a></p></div>
<form method="post" action="${bookingPath(slug)}">
${carried(view.fields, asked)}
${
  modalities.length > 1 || modalities.some(isRemote)
    ? html`<section class="card" aria-labelledby="where">
<h2 id="where">Your visit</h2>
${askModality(view)}
${modalities.some(isRemote) ? askPlace(view) : ''}
<div class="actions">${actionButton(mustSayWhere ? 'primary' : 'quiet', 'times', 'Show times')}</div>
</section>`
    : html`<input type="hidden" name="how" value="${modality}">`
}
${mustSayWhere ? '' : slots.length === 0 ? nothingFree(view) : days(view)}
</form>`,
  });
};

const topNotice = (view: TimesView): Markup | string => {
  switch (view.notice) {
    case undefined:
      return '';
    case 'taken':
      return notice('warn', 'That time was just taken', 'Please choose another. What you entered is kept.');
    case 'not-offered':
      return notice('warn', 'That time cannot be booked', 'Please choose another, or call us.');
    case 'too-many':
      return notice(
        'warn',
        'Please wait a little',
        html`Too many times were reserved from your connection. Try again in some minutes, or call ${callLink(view.clinic)}.`,
      );
  }
};

const askModality = ({ modalities, modality }: TimesView): Markup =>
  modalities.length === 1
    ? html`<input type="hidden" name="how" value="${modality}"><p>${modalityChoice[modality]}</p>`
    : html`<div class="question"><div><fieldset role="radiogroup"><legend>How would you like to meet?</legend>
<div class="options">${modalities.map(
        (each) =>
          html`<label class="option" for="how-${each}"><input type="radio" id="how-${each}" name="how" value="${each}"${
            each === modality ? html` checked` : ''
          }><span>${modalityChoice[each]}</span></label>`,
      )}</div></fieldset></div></div>`;

/** Asked of a visit by video or phone only; the style sheet hides it while the visit is at the clinic. */
const askPlace = ({ states, state, zones, zone, now }: TimesView): Markup =>
  html`<div class="place">
<div class="question"><label class="label" for="state">Which state will you be in during the visit?</label>
<p class="hint" id="state-hint">We may only treat you by video or phone while you are in one of these.</p>
<select id="state" name="state" aria-describedby="state-hint"><option value="">Choose a state</option>${byStateName(
    states,
  ).map(
    (code) => html`<option value="${code}"${code === state ? html` selected` : ''}>${stateName(code)}</option>`,
  )}</select></div>
<div class="question"><label class="label" for="zone">Your time zone</label>
<select id="zone" name="zone">${zones.map(
    (each) => html`<option value="${each}"${each === zone ? html` selected` : ''}>${zoneName(now, each)}</option>`,
  )}</select></div>
</div>`;

const nothingFree = (view: TimesView): Markup =>
  html`<section class="card"><h2>No free times in these weeks</h2>
${view.emptyBecause === undefined ? '' : html`<p>${view.emptyBecause}</p>`}
<p>Look further ahead, choose another provider, or call us at ${callLink(view.clinic)}: we may know of something.</p>
${paging(view)}</section>`;

const days = (view: TimesView): Markup => {
  const { slots, zone } = view;
  const byDay = Map.groupBy(slots, ({ start }) => longDate(start, zone));
  const [first] = slots;
  return html`<section class="card" aria-labelledby="times">
<h2 id="times">Free times</h2>
<p class="muted">In ${first === undefined ? '' : zoneName(first.start, zone)}</p>
<div class="day-list">${[...byDay].map(
    ([day, times], index) => html`<details${index === 0 ? html` open` : ''}>
<summary><span>${day}</span><small>${times.length === 1 ? '1 time' : `${times.length} times`}</small></summary>
<ul class="times">${times.map(
      ({ start, providerId }) =>
        html`<li><button class="time" type="submit" name="action" value="hold ${providerId} ${start}"><span class="hidden">${day} at </span>${timeOfDay(start, zone)}</button></li>`,
    )}</ul>
</details>`,
  )}</div>
${paging(view)}
</section>`;
};

const paging = ({ earlierFrom, laterFrom }: TimesView): Markup | string =>
  earlierFrom === undefined && laterFrom === undefined
    ? ''
    : html`<div class="actions pair">
${earlierFrom === undefined ? '' : actionButton('quiet', `times ${earlierFrom}`, 'Earlier days')}
${laterFrom === undefined ? '' : actionButton('quiet', `times ${laterFrom}`, 'Later days')}
</div>`;
