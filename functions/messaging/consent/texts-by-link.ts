import { loadPatient } from '../../intake/patients.ts';
import type { Caller } from '../../platform/actor.ts';
import { toStored } from '../../platform/clock.ts';
import type { Commit } from '../../platform/http/api.ts';
import { metricNames } from '../../platform/metric-names.ts';
import { count } from '../../platform/metrics.ts';
import { found, Problem } from '../../platform/problem.ts';
import { loadClinic } from '../../platform/store/clinic.ts';
import { isTextedTo, type PatientLink } from '../../platform/store/directory.ts';
import { untilWritten } from '../../platform/until-written.ts';
import { barOf } from '../core/consent.ts';
import { removableFrom } from '../core/consent-explain.ts';
import { stopTextsWords, type TextsWords, textsConsent } from '../core/consent-wording.ts';
import { type NumberTexts, numberTexts, revokedOnPage } from '../core/number-texts.ts';
import { loadSettings, type MessagingSettings } from '../settings.ts';
import { agreementsOf, type Given, withConsent } from './consent.ts';
import { getStanding, type Standing, standingItem } from './standing-store.ts';

interface TextsRequest {
  readonly caller: Caller;
  readonly link: PatientLink;
  readonly params: { readonly token: string };
}

/** Whether the patient wants texts; if so, the version of the words agreed to. */
export interface TextsWish {
  readonly wanted: boolean;
  readonly wordingVersion?: string | undefined;
}

/** Whether texts about visits go to the number of the link's patient, and what can be done about it there. */
export const textsByLink = async (request: TextsRequest): Promise<NumberTexts> => {
  const known = await load(request);
  return describe(request, known, known.standing);
};

/**
 * Stops the texts to the number of the link's patient, or agrees to those about this patient, in the ledger that every claim of a text is held to. Who has the
 * link may stop them; to undo what was said takes one that was texted to the number. The page confirms it: no text does (the
 * one confirmation of 47 CFR 64.1200(a)(12) answers a text).
 * @throws Problem `invalid-state` where the link cannot bring texts back, `stale` when the words to agree to have changed
 */
export const setTextsByLink = (
  request: TextsRequest & { readonly commit: Commit },
  { wanted, wordingVersion }: TextsWish,
): Promise<NumberTexts & { readonly changed: boolean }> =>
  untilWritten(async () => {
    const { caller, commit } = request;
    const known = await load(request);
    const { standing: before } = known;
    const given = wanted ? agreed(request, known, wordingVersion) : revoked(request, known);
    if (given.length === 0) {
      const answer = { ...describe(request, known, before), changed: false };
      await commit([], answer);
      return answer;
    }
    const { standing: after, items } = withConsent(caller, before, given);
    const answer = { ...describe(request, known, after), changed: true };
    await commit([...items, standingItem(caller, after, 'said on the page of a visit')], answer);
    if (!wanted) count(metricNames.optOuts);
    return answer;
  });

/** What is known of the number. */
interface Known {
  readonly standing: Standing;
  readonly words: TextsWords;
  readonly isProven: boolean;
  readonly settings: MessagingSettings;
  /** The clinic's number that the thread is on. */
  readonly textStartTo: string;
}

const load = async ({ link, params: { token } }: TextsRequest): Promise<Known> => {
  const { clinicId } = link;
  const [stored, clinic, settings] = await Promise.all([
    loadPatient(clinicId, link.patientId),
    loadClinic(clinicId),
    loadSettings(clinicId),
  ]);
  const { phone } = found(stored, 'visit');
  const standing = await getStanding(clinicId, phone);
  return {
    standing,
    words: textsConsent(clinic.name),
    isProven: isTextedTo(link, token, phone),
    settings,
    textStartTo: standing.origin ?? clinic.originationNumber,
  };
};

const describe = (
  { caller: { now }, link: { patientId } }: TextsRequest,
  { settings: { revocation }, words, isProven, textStartTo }: Known,
  standing: Standing,
): NumberTexts => {
  const from = removableFrom(standing);
  return numberTexts(standing, {
    patientId,
    phone: standing.phone,
    revocation,
    isProven,
    words,
    removableFrom: from !== undefined && toStored(now) < from ? from : undefined,
    textStartTo,
  });
};

const about = ({ link }: TextsRequest, { isProven }: Known) =>
  ({
    how: 'web-form',
    patientId: link.patientId,
    collector: 'form:visit-page',
    proof: isProven ? 'texted-link' : undefined,
    evidence: link.appointmentId,
  }) as const;

const revoked = (request: TextsRequest, known: Known): readonly Given[] =>
  revokedOnPage(known.standing, known.settings.revocation).map((category) => ({
    ...about(request, known),
    ...stopTextsWords,
    category,
    granted: false,
    language: 'en',
  }));

const agreed = (request: TextsRequest, known: Known, wordingVersion: string | undefined): readonly Given[] => {
  if (barOf(known.standing, 'treatment', request.link.patientId) === undefined) return [];
  const { agreement } = describe(request, known, known.standing);
  if (agreement === undefined) {
    throw new Problem(
      'invalid-state',
      'This link was not texted to that number. Text START from it, or call the clinic.',
    );
  }
  if (agreement.wordingVersion !== wordingVersion)
    throw new Problem('stale', 'The words have changed: read them again.');
  return agreementsOf({ texts: known.words }, about(request, known));
};
