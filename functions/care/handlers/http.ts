import { loadInboundText } from '../../messaging/inbox/thread.ts';
import { httpHandler } from '../../platform/http/api.ts';
import { found } from '../../platform/problem.ts';
import { routes } from '../contract.ts';
import { acknowledgeTriageCase, listTriageCases, loadTriageCase, type TriageCase } from '../triage.ts';

const view = ({ clinicId: _, ...triageCase }: TriageCase) => triageCase;

/** What the patient wrote: the case itself holds only the names of the rules that matched. */
const wordsOf = async ({ source, clinicId, phone, sourceId }: TriageCase): Promise<string | undefined> =>
  source === 'text' && phone !== undefined ? (await loadInboundText(clinicId, phone, sourceId))?.body : undefined;

export const handler = httpHandler(routes, {
  listTriageCases: async ({ caller, query: { status, ...page } }) => {
    const { items, cursor } = await listTriageCases(caller.clinicId, status, page);
    return { body: { items: items.map(view), cursor } };
  },

  getTriageCase: async ({ caller, params }) => {
    const triageCase = found(await loadTriageCase(caller.clinicId, params.caseId), 'triage case');
    return { body: { ...view(triageCase), words: await wordsOf(triageCase) } };
  },

  acknowledgeTriageCase: async ({ caller, params, body, ifMatch, commit }) => {
    const triageCase = await acknowledgeTriageCase(caller, params.caseId, { ...body, ifMatch }, (items, after) =>
      commit(items, view(after)),
    );
    return { body: view(triageCase) };
  },
});
