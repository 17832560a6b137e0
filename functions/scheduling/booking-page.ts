import { Temporal } from 'temporal-polyfill';
import {
  type ChosenView,
  type CodeNotice,
  type FieldFault,
  pageHeaders,
  renderBlocked,
  renderBooked,
  renderChooseProvider,
  renderChooseType,
  renderCode,
  renderDetails,
  renderEmergency,
  type TimesNotice,
} from '../../web/booking/pages.ts';
import { emergencyAnswers } from '../intake/core/emergency-answers.ts';
import { formSections } from '../intake/core/form.ts';
import type { Screening } from '../intake/core/screening.ts';
import { marketingConsent, textsConsent } from '../messaging/core/consent-wording.ts';
import { loadSettings } from '../messaging/settings.ts';
import type { Caller } from '../platform/actor.ts';
import type { Reply } from '../platform/http/api.ts';
import { newLinkToken } from '../platform/ids.ts';
import { Problem } from '../platform/problem.ts';
import { limit } from '../platform/rate-limit.ts';
import { type IdempotencyKey, idempotencyKey, recallAnswer, rememberAnswer } from '../platform/store/idempotency.ts';
import { transact } from '../platform/store/records.ts';
import {
  type BookingDetails,
  codeOfFields,
  type Fields,
  type ReadDetails,
  readDetails,
  withCode,
} from './booking-form.ts';
import { type BookingOffer, type Choice, choiceOf, loadOffer } from './booking-offer.ts';
import { timesPage } from './booking-times.ts';
import { holdWish, holdId as holdWishId } from './contract/holds.ts';
import { holdTime, releaseHold } from './hold.ts';
import { requestPhoneCode } from './phone-code.ts';
import { alertEmergency, selfBook } from './self-book.ts';

/**
 * Booking by oneself, page by page: visit, provider, time, details, code. What was entered travels from page to page in
 * hidden fields, so nothing is stored of somebody who does not book, and nothing is in an address. Each page does what the
 * JSON routes do, by the same use cases.
 */

export interface BookingRequest {
  readonly caller: Caller;
  readonly slug: string;
}

const page = (body: string, status = 200): Reply => ({ status, body, headers: pageHeaders });

/** The first pages, as far as the address has chosen already. */
export const showBookingPage = async (
  request: BookingRequest,
  { type, provider }: { readonly type?: string | undefined; readonly provider?: string | undefined },
): Promise<Reply> => choosePage(request, await loadOffer(request.caller), { type, provider });

/** What of a booking is not chosen yet, in order: the visit, the provider, the time. */
const choosePage = async (
  request: BookingRequest,
  offer: BookingOffer,
  asked: Readonly<Record<string, string | undefined>>,
): Promise<Reply> => {
  const { clinic, offered } = offer;
  const { slug, caller } = request;
  const ofProvider = offered.filter(({ providers }) => providers.some(({ id }) => id === asked.provider));
  const listed = ofProvider.length > 0 ? ofProvider : offered;
  const chosen =
    listed.length === 1 && asked.type === undefined ? listed[0] : offered.find(({ type }) => type.id === asked.type);
  if (chosen === undefined) {
    const isKnown = ofProvider.length > 0 || asked.provider === undefined || asked.provider === 'any';
    return page(
      renderChooseType({
        clinic,
        slug,
        types: listed.map(({ type }) => type),
        providerId: ofProvider.length > 0 ? asked.provider : undefined,
        isGone: asked.type !== undefined || !isKnown,
      }),
    );
  }
  const choice = choiceOf(offer, { ...asked, type: chosen.type.id }, caller.now);
  if (choice === undefined) return page(renderChooseProvider({ clinic, slug, ...chosen }));
  const fields = { type: choice.type.id, provider: choice.provider?.id ?? 'any' };
  return timesPage(request, choice, fields, undefined);
};

/** What a button of the pages sends. */
export const submitBookingPage = async (
  request: BookingRequest,
  { action = '', ...fields }: Fields,
): Promise<Reply> => {
  const { caller } = request;
  const offer = await loadOffer(caller);
  const choice = choiceOf(offer, fields, caller.now);
  if (choice === undefined) return choosePage(request, offer, fields);
  const [verb, ...rest] = action.split(' ');
  switch (verb) {
    case 'times':
      await letGo(caller, fields);
      return timesPage(request, choice, withoutTime(fields), rest[0]);
    case 'hold':
      return hold(request, choice, fields, rest);
    case 'change':
      return withTime(request, choice, fields, (chosen) => detailsPage(request, choice, fields, chosen, noFaults));
    case 'details':
    case 'again':
      return withTime(request, choice, fields, (chosen) => prove(request, choice, fields, chosen, verb));
    case 'book':
      return withTime(request, choice, fields, (chosen) => book(request, choice, fields, chosen));
    default:
      throw new Problem('bad-input', 'Please start again.', [{ field: 'body.action', message: 'Is not one of ours' }]);
  }
};

const withoutTime = ({
  start: _start,
  providerId: _providerId,
  holdId: _holdId,
  heldUntil: _heldUntil,
  ...fields
}: Fields): Fields => fields;

/** The page of times again, without the time that was chosen before. */
const otherTimes = (
  request: BookingRequest,
  choice: Choice,
  fields: Fields,
  notice: TimesNotice,
  status: number,
): Promise<Reply> => timesPage(request, choice, withoutTime(fields), undefined, notice, status);

/** Keeps a time while the rest is filled in, and goes on to the details. */
const hold = async (
  request: BookingRequest,
  choice: Choice,
  fields: Fields,
  [providerId, start]: readonly string[],
): Promise<Reply> => {
  const { caller } = request;
  const wish = holdWish.safeParse({
    typeId: choice.type.id,
    providerId,
    start,
    modality: choice.modality,
    ...(choice.state === undefined ? {} : { patientState: choice.state }),
  });
  if (!wish.success) throw new Problem('bad-input', 'Please start again.');
  if (choice.modality !== 'in-person' && choice.state === undefined)
    return timesPage(request, choice, fields, undefined);
  try {
    await letGo(caller, fields);
    await limit(caller, 'hold');
    const held = await holdTime(caller, 'public', wish.data, (items) => transact(items));
    const next = {
      ...fields,
      providerId: held.providerId,
      start: held.start,
      holdId: held.id,
      heldUntil: held.expiresAt,
      state: choice.state ?? '',
      zone: choice.zone,
      how: choice.modality,
    };
    return withTime(request, choice, next, (chosen) => detailsPage(request, choice, next, chosen, noFaults));
  } catch (error) {
    const notice = error instanceof Problem ? timesNotices[error.code] : undefined;
    if (!(error instanceof Problem) || notice === undefined) throw error;
    return otherTimes(request, choice, fields, notice, error.status);
  }
};

const timesNotices: Readonly<Partial<Record<Problem['code'], TimesNotice>>> = {
  'slot-taken': 'taken',
  'slot-not-offered': 'not-offered',
  'too-many-requests': 'too-many',
};

/** Gives back the time that was chosen before, if any: one person keeps one time. */
const letGo = async (caller: Caller, { holdId }: Fields): Promise<void> => {
  const id = holdWishId.safeParse(holdId);
  if (!id.success || id.data === undefined) return;
  try {
    await releaseHold(caller, 'public', id.data, (items) => transact(items));
  } catch (error) {
    // Gone or booked already: it will not be in anybody's way.
    if (!(error instanceof Problem)) throw error;
  }
};

/** Goes on with the time the fields name, or back to the times where they name none. */
const withTime = (
  request: BookingRequest,
  choice: Choice,
  fields: Fields,
  goOn: (chosen: ChosenView) => Promise<Reply> | Reply,
): Promise<Reply> | Reply => {
  const provider = choice.providers.find(({ id }) => id === fields.providerId);
  const start = holdWish.shape.start.safeParse(fields.start);
  if (provider === undefined || !start.success) return timesPage(request, choice, fields, undefined);
  return goOn({
    typeName: choice.type.name,
    providerName: provider.name,
    modality: choice.modality,
    start: start.data,
    end: Temporal.Instant.from(start.data).add({ minutes: choice.type.minutes }).toString({ smallestUnit: 'second' }),
    zone: choice.modality === 'in-person' ? provider.zone : choice.zone,
  });
};

interface Faults {
  readonly faults: readonly FieldFault[];
  readonly answerFaults: ReadDetails['answerFaults'];
}
const noFaults: Faults = { faults: [], answerFaults: [] };

const detailsPage = async (
  { caller, slug }: BookingRequest,
  { clinic, type }: Choice,
  fields: Fields,
  chosen: ChosenView,
  { faults, answerFaults }: Faults,
): Promise<Reply> => {
  const { heldUntil } = fields;
  const isHeld = heldUntil !== undefined && Date.parse(heldUntil) > caller.now.epochMilliseconds;
  const body = renderDetails({
    clinic,
    slug,
    chosen,
    heldUntil: isHeld ? heldUntil : undefined,
    questions: {
      sections: type.requiredForm === 'pre-visit' ? formSections : [],
      fields,
      faults: answerFaults,
      emergencyAnswers,
    },
    fields,
    faults,
    consentWording: textsConsent(clinic.name).wording,
    marketingWording: marketingConsent(clinic.name).wording,
    language: (await loadSettings(clinic.clinicId)).language,
  });
  return page(body, faults.length + answerFaults.length > 0 ? 400 : 200);
};

const namesCrisisLine = ({ flags }: Screening): boolean => flags.some(({ group }) => group === 'self-harm');

/** Reads the details: an emergency and what is wrong come first, in this order; then it goes on. */
const withDetails = async (
  request: BookingRequest,
  choice: Choice,
  fields: Fields,
  chosen: ChosenView,
  goOn: (details: BookingDetails, screening: Screening) => Promise<Reply>,
): Promise<Reply> => {
  const { caller, slug } = request;
  const read = readDetails(caller, choice, fields);
  const { details, screening, faults, answerFaults } = read;
  if (screening.disposition === 'EMERGENCY') {
    const isAlerted = details !== undefined && (await alertEmergency(caller, details, screening));
    const { clinic } = choice;
    return page(renderEmergency({ clinic, slug, isAlerted, namesCrisisLine: namesCrisisLine(screening), fields }));
  }
  if (details === undefined || answerFaults.length > 0) {
    return detailsPage(request, choice, fields, chosen, { faults, answerFaults });
  }
  return goOn(details, screening);
};

const codePage = (
  { slug }: BookingRequest,
  { clinic }: Choice,
  fields: Fields,
  chosen: ChosenView,
  details: BookingDetails,
  notice: CodeNotice,
  status = 200,
): Reply => {
  // One booking, however often its button is pressed: the key stays with the form.
  const kept = { ...fields, key: fields.key ?? newLinkToken() };
  return page(renderCode({ clinic, slug, chosen, phone: details.patient.phone, notice, fields: kept }), status);
};

/** Texts a code. A time whose five minutes ran out meanwhile is kept anew, or another has to be chosen. */
const prove = (
  request: BookingRequest,
  choice: Choice,
  fields: Fields,
  chosen: ChosenView,
  verb: 'details' | 'again',
): Promise<Reply> =>
  withDetails(request, choice, fields, chosen, async (details) => {
    const { caller } = request;
    const kept = await keepTime(caller, choice, fields, details);
    if (kept === undefined) return otherTimes(request, choice, fields, 'taken', 409);
    try {
      await requestPhoneCode(caller, details.patient.phone, (items) => transact(items));
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'too-many-requests') throw error;
      return codePage(request, choice, kept, chosen, details, 'too-many-codes', error.status);
    }
    return codePage(request, choice, kept, chosen, details, verb === 'again' ? 'sent-again' : 'sent');
  });

/** The fields with a hold that lasts; undefined when the time is gone. */
const keepTime = async (
  caller: Caller,
  choice: Choice,
  fields: Fields,
  { providerId, start }: BookingDetails,
): Promise<Fields | undefined> => {
  if (fields.heldUntil !== undefined && Date.parse(fields.heldUntil) > caller.now.epochMilliseconds) return fields;
  try {
    await limit(caller, 'hold');
    const wish = {
      typeId: choice.type.id,
      providerId,
      start,
      modality: choice.modality,
      patientState: choice.state,
    };
    const held = await holdTime(caller, 'public', wish, (items) => transact(items));
    return { ...fields, holdId: held.id, heldUntil: held.expiresAt };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    // Without a hold the time is booked if it is still free then.
    if (error.code === 'too-many-requests') return fields;
    if (error.code === 'slot-taken' || error.code === 'slot-not-offered') return undefined;
    throw error;
  }
};

/** Books, once per form; a second press of the button shows what the first did. */
const book = (request: BookingRequest, choice: Choice, fields: Fields, chosen: ChosenView): Promise<Reply> =>
  withDetails(request, choice, fields, chosen, async (details, screening) => {
    const { caller, slug } = request;
    const { clinic } = choice;
    const code = codeOfFields(fields);
    if (code === undefined) return codePage(request, choice, fields, chosen, details, 'wrong', 422);
    const input = withCode(details, code);
    const key = idempotencyKey(caller.clinicId, {
      actorId: caller.actor.id,
      route: 'submitBookingPage',
      key: fields.key ?? newLinkToken(),
      body: JSON.stringify({ ...input, holdId: undefined }),
    });
    const booked = () =>
      page(
        renderBooked({
          clinic,
          slug,
          chosen,
          getsTexts: details.consentToText.granted,
          isUrgent: screening.disposition === 'SAME_DAY',
          namesCrisisLine: namesCrisisLine(screening),
        }),
      );
    try {
      await selfBook(caller, input, (items, answer) => transact([...items, remembered(caller, key, answer)]));
      return booked();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (await wasBooked(caller, key)) return booked();
      return refusal(request, choice, fields, chosen, details, error);
    }
  });

const nowSeconds = ({ now }: Caller): number => Math.floor(now.epochMilliseconds / 1000);

const remembered = (caller: Caller, key: IdempotencyKey, answer: unknown) =>
  rememberAnswer(key, { status: 201, body: answer }, nowSeconds(caller));

const wasBooked = async (caller: Caller, key: IdempotencyKey): Promise<boolean> => {
  const earlier = await recallAnswer(key, nowSeconds(caller));
  return earlier !== undefined && earlier !== 'mismatch';
};

/** The page of a booking that was refused. */
const refusal = async (
  request: BookingRequest,
  choice: Choice,
  fields: Fields,
  chosen: ChosenView,
  details: BookingDetails,
  problem: Problem,
): Promise<Reply> => {
  const { clinic } = choice;
  switch (problem.code) {
    case 'phone-code-wrong':
      return codePage(request, choice, fields, chosen, details, 'wrong', problem.status);
    case 'too-many-requests':
      return codePage(request, choice, fields, chosen, details, 'too-many', problem.status);
    case 'slot-taken':
      return otherTimes(request, choice, fields, 'taken', problem.status);
    case 'slot-not-offered':
    case 'self-booking-blocked':
      return page(renderBlocked({ clinic, slug: request.slug, reason: problem.message }), problem.status);
    default:
      throw problem;
  }
};
