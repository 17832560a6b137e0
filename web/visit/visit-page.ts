import { html } from 'hono/html';
import { callLink, hidden, type Markup, notice, renderPage } from './page.ts';
import { textsCard, textsStatement } from './texts-card.ts';
import type { VisitOutcome, VisitView } from './view.ts';
import { spoken, when, zoneOf } from './when.ts';
import { arrival, longDate, timeOfDay, visitName, zoneName } from './wording.ts';

/**
 * The page a visit's link opens, in whatever state the visit is: confirm it, move it with one tap, cancel it, or read
 * what became of it.
 */
export const renderVisit = (view: VisitView): string =>
  renderPage({
    clinic: view.clinic,
    title: titleOf(view),
    content: html`${outcomeNotice(view)}${view.isOpen ? openVisit(view) : closedVisit(view)}${textsCard(view)}`,
  });

const titles: Readonly<Record<VisitOutcome, string>> = {
  confirmed: 'Confirmed',
  moved: 'New time',
  cancelled: 'Cancelled',
  rebooked: 'New visit',
  changed: 'Please check',
  taken: 'Please pick again',
  stopped: 'Texts stopped',
  agreed: 'Texts',
  same: 'Nothing has changed',
};

/** The outcome the page still agrees with: a bookmarked "confirmed" says nothing about a visit cancelled since. */
const currentOutcome = (view: VisitView): VisitOutcome | undefined => {
  switch (view.outcome) {
    case 'confirmed':
      return view.isOpen && view.isConfirmed ? view.outcome : undefined;
    case 'moved':
      return view.isOpen ? view.outcome : undefined;
    case 'cancelled':
      return view.status === 'cancelled' && !view.mayRebook && view.standIn === undefined ? view.outcome : undefined;
    case 'rebooked':
      return view.standIn === undefined ? undefined : view.outcome;
    case 'stopped':
      return view.texts.reason === 'opted-out' ? view.outcome : undefined;
    case 'agreed':
      return view.texts.agreement === undefined && view.texts.reason !== 'opted-out' ? view.outcome : undefined;
    default:
      return view.outcome;
  }
};

const titleOf = (view: VisitView): string => {
  const outcome = currentOutcome(view);
  return outcome === undefined ? 'Your visit' : `${titles[outcome]} – your visit`;
};

const outcomeNotice = (view: VisitView): Markup | string => {
  switch (currentOutcome(view)) {
    case undefined:
      return '';
    case 'confirmed':
      return notice('good', 'Thank you, you are confirmed', `See you on ${spoken(view)}.`);
    case 'moved':
      return notice(
        'good',
        'Your visit has a new time',
        `It is now on ${spoken(view)}.${willText(view, 'a reminder')}`,
      );
    case 'cancelled':
      return notice('good', 'Your visit is cancelled', 'You will get no more reminders for it.', true);
    case 'rebooked':
      return notice(
        'good',
        'Your new visit is booked',
        `See you then.${willText(view, 'its own link, and a reminder')}`,
        true,
      );
    case 'changed':
      return notice('warn', 'Your visit has changed since you opened the page', 'This is how it stands now.');
    case 'taken':
      return notice(
        'warn',
        'That time is no longer free',
        view.isOpen ? 'Your visit has not changed. Please pick another time.' : 'Please pick another time.',
      );
    case 'stopped':
      return notice(
        'good',
        'Texts are stopped',
        `Texts about your visits no longer go to your number ending in ${view.texts.numberEnding}. Your visits stay as they are.`,
      );
    case 'agreed':
      return view.texts.mayText
        ? notice('good', 'Thank you, we have noted it', textsStatement(view))
        : notice('warn', 'We have noted it', `${textsStatement(view)} What helps stands below.`);
    case 'same':
      return notice('good', 'Nothing has changed', textsStatement(view));
  }
};

/** A promise to text, only where it can be kept. */
const willText = (view: VisitView, what: string): string => (view.texts.mayText ? ` We will text you ${what}.` : '');

const openVisit = (view: VisitView): Markup =>
  html`<div class="intro"><h1>Your ${visitName[view.modality]}</h1>
<p class="muted">Hello ${view.patientGivenName}. ${greeting(view)}</p></div>
${view.isAskedToMove ? request(view) : ''}
<section class="card" aria-label="Your visit">
${when(view)}
${facts(view)}
${
  asksToConfirm(view)
    ? html`<form class="actions" method="post" action="/v/${view.token}">
${hidden('confirm', view)}
<button class="primary" type="submit">Confirm this time</button>
</form>`
    : ''
}
</section>
${view.isAskedToMove ? html`${otherTimes(view)}${formCard(view)}` : html`${formCard(view)}${otherTimes(view)}`}
${seriesCard(view)}
${cancellation(view)}`;

/** Who has just picked a time is not asked at once whether it suits; nor who is asked to pick another. */
const asksToConfirm = (view: VisitView): boolean =>
  !view.isConfirmed && !view.isAskedToMove && currentOutcome(view) !== 'moved';

const greeting = (view: VisitView): string => {
  if (view.isAskedToMove) return 'We need your help with this visit.';
  return asksToConfirm(view) ? 'Please let us know if you can make it.' : 'You are all set.';
};

const request = (view: VisitView): Markup => html`<div class="note warn">
<h2>Please pick another time</h2>
<p>We would like to move this visit. Pick a time below, or call us at ${callLink(view.clinic)}. Until you do, your visit stands.</p>
</div>`;

/** What was booked together with this visit, to be read; each has a link of its own in its reminders. */
const seriesCard = (view: VisitView): Markup | string => {
  const zone = zoneOf(view);
  if (view.seriesStarts.length === 0) return '';
  return html`<section class="card" aria-labelledby="series-heading">
<h2 id="series-heading">Also booked for you</h2>
<ul class="plain">${view.seriesStarts.map(
    (start) => html`<li><time datetime="${start}">${longDate(start, zone)}</time>, ${timeOfDay(start, zone)}</li>`,
  )}</ul>
${view.texts.mayText ? html`<p class="muted small">We will text you a reminder with a link before each.</p>` : ''}
</section>`;
};

const facts = (view: VisitView): Markup => html`<dl class="facts">
<dt>With</dt><dd>${view.providerName}</dd>
<dt>How</dt><dd>${arrival[view.modality]}</dd>
${view.status === 'cancelled' ? html`<dt>Status</dt><dd>Cancelled</dd>` : ''}
${view.isConfirmed && view.isOpen ? html`<dt>Status</dt><dd><span class="state good">${tick} Confirmed</span></dd>` : ''}
</dl>`;

const tick = html`<svg width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M3 8.5l3.2 3.2L13 4.8"/></svg>`;

const formCard = (view: VisitView): Markup | string => {
  const address = `/v/${view.token}/form`;
  switch (view.form) {
    case 'closed':
      return '';
    case 'answered':
      return html`<section class="card" aria-labelledby="form-heading">
<h2 id="form-heading">Before your visit</h2>
<p><span class="state good">${tick} Your answers are saved.</span> <a href="${address}">Change them</a></p>
</section>`;
    case 'open':
      return html`<section class="card" aria-labelledby="form-heading">
<h2 id="form-heading">Before your visit</h2>
<p>Please answer a few questions about your health. It takes about three minutes.</p>
<div class="actions"><a class="button quiet" href="${address}">Answer the questions</a></div>
</section>`;
  }
};

interface DayOfTimes {
  readonly date: string;
  readonly starts: string[];
}

const byDay = (starts: readonly string[], zone: string): readonly DayOfTimes[] => {
  const days: DayOfTimes[] = [];
  for (const start of starts) {
    const date = longDate(start, zone);
    const last = days.at(-1);
    if (last?.date === date) last.starts.push(start);
    else days.push({ date, starts: [start] });
  }
  return days;
};

const otherTimes = (view: VisitView): Markup => {
  const zone = zoneOf(view);
  const [first] = view.otherStarts;
  return html`<section class="card" aria-labelledby="times-heading">
<h2 id="times-heading">Pick another time</h2>
${
  first === undefined
    ? html`<p>There is no other free time to offer here right now. Call us at ${callLink(view.clinic)} and we will find one.</p>`
    : html`<p class="muted">Tap a time and ${view.isOpen ? 'your visit moves to it' : 'it is yours'}. All times are ${zoneName(first, zone)}.</p>
<form method="post" action="/v/${view.token}">
${hidden(view.isOpen ? 'reschedule' : 'rebook', view)}
<ul class="days">${byDay(view.otherStarts.toSorted(), zone).map(
        (day) =>
          html`<li><h3>${day.date}</h3><ul class="times">${day.starts.map(
            (start) =>
              html`<li><button class="time" type="submit" name="start" value="${start}"><span class="hidden">${view.isOpen ? 'Move to' : 'Book'} ${day.date}, </span>${timeOfDay(start, zone)}</button></li>`,
          )}</ul></li>`,
      )}</ul>
</form>
<p class="muted small">None of these? Call us at ${callLink(view.clinic)}.</p>`
}
</section>`;
};

const cancellation = (view: VisitView): Markup => html`<details>
<summary>Cancel this visit</summary>
<p>Your visit on ${spoken(view)} will be offered to others. You can also move it with a tap above.</p>
<form class="actions" method="post" action="/v/${view.token}">
${hidden('cancel', view)}
<button class="danger" type="submit">Yes, cancel my visit</button>
</form>
</details>`;

interface Closing {
  readonly heading: string;
  readonly text: string;
}

const closings: Readonly<Record<Exclude<VisitView['status'], 'booked'>, Closing>> = {
  cancelled: {
    heading: 'This visit is cancelled',
    text: 'Would you like another one? Call us and we will find a time that suits you.',
  },
  arrived: { heading: 'You are checked in', text: 'Your provider will be with you.' },
  fulfilled: {
    heading: 'This visit is over',
    text: 'Thank you for coming. If your symptoms get worse or you would like another visit, call us.',
  },
  noshow: {
    heading: 'We missed you',
    text: 'This visit has passed. Call us and we will find a new time.',
  },
};

/** Booked, but its start has passed: the patient may be late, so what helps is a call. */
const started: Closing = {
  heading: 'Your visit time has come',
  text: 'It can no longer be changed here. If you are late or cannot make it, please call us.',
};

const closedVisit = (view: VisitView): Markup => {
  if (view.standIn !== undefined) return replacedVisit(view, view.standIn);
  if (view.mayRebook) return calledOff(view);
  const { heading, text } = view.status === 'booked' ? started : closings[view.status];
  return html`${currentOutcome(view) === 'cancelled' ? '' : html`<div class="intro"><h1>${heading}</h1></div>`}
<section class="card" aria-label="Your visit">
${when(view)}
${facts(view)}
<p>${text}</p>
<div class="actions"><a class="button primary" href="tel:${view.clinic.phone}">Call ${view.clinic.brand}</a></div>
</section>`;
};

/** The clinic called it off: the way to another one is a tap. */
const calledOff = (view: VisitView): Markup => html`<div class="intro"><h1>We had to cancel this visit</h1>
<p class="muted">We are sorry, ${view.patientGivenName}. Please pick another time below, or call us.</p></div>
<section class="card" aria-label="Your visit">
${when(view)}
${facts(view)}
<div class="actions"><a class="button quiet" href="tel:${view.clinic.phone}">Call ${view.clinic.brand}</a></div>
</section>
${otherTimes(view)}`;

/** The clinic called it off and another visit stands in for it. */
const replacedVisit = (view: VisitView, standIn: Pick<VisitView, 'start' | 'end'>): Markup => {
  const booked: VisitView = { ...view, ...standIn, status: 'booked' };
  return html`${currentOutcome(view) === 'rebooked' ? '' : html`<div class="intro"><h1>You have another visit</h1></div>`}
<section class="card" aria-label="Your new visit">
${when(booked)}
${facts(booked)}
<p>It stands in for the visit of ${longDate(view.start, zoneOf(view))}, which we had to cancel. To change it, ${view.texts.mayText ? 'use the link we text you, or call us' : 'call us'}.</p>
<div class="actions"><a class="button quiet" href="tel:${view.clinic.phone}">Call ${view.clinic.brand}</a></div>
</section>`;
};
