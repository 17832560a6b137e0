/** The pages of self-booking: each renderer turns a view into one self-contained HTML document. */
export { pageHeaders } from '../visit/theme.ts';
export { renderChooseProvider, renderChooseType } from './choose-page.ts';
export { renderCode } from './code-page.ts';
export { renderDetails } from './details-page.ts';
export { renderBlocked, renderBooked, renderBookingProblem, renderEmergency } from './end-pages.ts';
export { renderTimes } from './times-page.ts';
export type { BookableView, BookingFields, ChosenView, CodeNotice, FieldFault, TimesNotice } from './view.ts';
