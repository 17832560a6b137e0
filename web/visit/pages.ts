/** The patient's pages: each renderer turns a view into one self-contained HTML document. */
export { renderClosedForm, renderForm, renderFormResult } from './form-page.ts';
export { renderOffer } from './offer-page.ts';
export { renderProblemPage } from './problem-page.ts';
export { contentSecurityPolicy, pageHeaders } from './theme.ts';
export type {
  ClinicView,
  ClosedFormView,
  FormAsk,
  FormFault,
  FormResultView,
  FormView,
  OfferView,
  VisitOutcome,
  VisitView,
} from './view.ts';
export { renderVisit } from './visit-page.ts';
