import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import { ScanCommand } from 'dynamodb-toolbox/table/actions/scan';
import { recordsTable } from '../platform/store/records.ts';
import {
  type ChainRef,
  type ChainReport,
  chains,
  type Entry,
  genesis,
  type Image,
  isTechnical,
  type RecordDifference,
  recordDifference,
  verifyChain,
} from './core/chain.ts';
import { parseEntry } from './entry.ts';
import { readChain } from './store.ts';

/** The outcome of one chain. */
export interface VerifiedChain extends ChainRef, ChainReport {}

/** Told after each page of a walk: how many entries of which chain have held so far. */
export type Progress = (chain: string, entries: number) => void;

/** Told each entry that held, in order. */
export type Visit = (entry: Entry) => void;

/** Walks one chain from the entry after `from` to its end, or to the first entry that does not hold. */
export const walkChain = async (
  ref: ChainRef,
  options: { readonly from?: ChainReport['head']; readonly visit?: Visit; readonly progress?: Progress } = {},
): Promise<VerifiedChain> => {
  let head = options.from ?? genesis(ref);
  for await (const page of readChain(ref, head.seq)) {
    const entries: Entry[] = [];
    let isMalformed = false;
    for (const stored of page) {
      const entry = parseEntry(ref, stored);
      isMalformed = entry === undefined;
      if (entry === undefined) break;
      entries.push(entry);
    }
    const report = verifyChain(ref, entries, head);
    for (const entry of entries) if (entry.seq <= report.head.seq) options.visit?.(entry);
    head = report.head;
    if (report.broken !== undefined) return { ...ref, ...report };
    if (isMalformed) return { ...ref, head, broken: { ...ref, kind: 'malformed', expectedSeq: head.seq + 1 } };
    options.progress?.(ref.chain, head.seq);
  }
  return { ...ref, head };
};

/** Walks all chains of a clinic, one after the other. */
export const walkClinic = async (
  clinicId: string,
  options: { readonly visit?: Visit; readonly progress?: Progress } = {},
): Promise<readonly VerifiedChain[]> => {
  const verified: VerifiedChain[] = [];
  for (const chain of chains) verified.push(await walkChain({ clinicId, chain }, options));
  return verified;
};

/** A record that is not as the audit log left it. */
export interface DifferentRecord {
  readonly pk: string;
  readonly sk: string;
  readonly entity: string;
  readonly difference: RecordDifference;
}

interface Last {
  readonly entity: string;
  readonly hash: string | undefined;
}

const recordId = (pk: string, sk: string): string => JSON.stringify([pk, sk]);

/**
 * Compares every record of a clinic with the newest entry about it. Reads the whole records table: for an operator,
 * not for a request. The log runs a moment behind the records, so what differs is looked at again after `settle`.
 * @param settle waits for the log to catch up; called at most `attempts` times.
 */
export const verifyRecords = async (
  clinicId: string,
  settle: () => Promise<void>,
  attempts = 6,
): Promise<{ readonly records: number; readonly different: readonly DifferentRecord[] }> => {
  const last = new Map<string, Last>();
  const visit: Visit = ({ record, afterHash }) => {
    last.set(recordId(record.pk, record.sk), { entity: record.entity, hash: afterHash });
  };
  let verified = await walkClinic(clinicId, { visit });
  const current = await scanClinic(clinicId);
  const judge = (key: string, image: Image | undefined): DifferentRecord | undefined => {
    const known = last.get(key);
    const difference = recordDifference(image, known?.hash);
    if (difference === undefined) return undefined;
    const [pk, sk]: [string, string] = JSON.parse(key);
    return { pk, sk, entity: known?.entity ?? String(image?.entity), difference };
  };
  let different = [...new Set([...current.keys(), ...last.keys()])].flatMap(
    (key) => judge(key, current.get(key)) ?? [],
  );
  for (let attempt = 0; attempt < attempts && different.length > 0; attempt += 1) {
    await settle();
    const images = new Map<string, Image | undefined>();
    for (const { pk, sk } of different) images.set(recordId(pk, sk), await getRecord(pk, sk));
    const caughtUp: VerifiedChain[] = [];
    for (const chain of verified) {
      const { clinicId: id, chain: name, head } = chain;
      caughtUp.push(chain.broken ? chain : await walkChain({ clinicId: id, chain: name }, { from: head, visit }));
    }
    verified = caughtUp;
    different = [...images].flatMap(([key, image]) => judge(key, image) ?? []);
  }
  return { records: current.size, different };
};

/** One record as it is stored, whatever its entity. */
const getRecord = async (pk: string, sk: string): Promise<Image | undefined> => {
  const { Items } = await recordsTable
    .build(QueryCommand)
    .query({ partition: pk, range: { eq: sk } })
    .options({ consistent: true })
    .send();
  return Items?.[0];
};

const scanClinic = async (clinicId: string): Promise<ReadonlyMap<string, Image>> => {
  const found = new Map<string, Image>();
  let startKey: Record<string, unknown> | undefined;
  do {
    const page = await recordsTable
      .build(ScanCommand)
      .options({ consistent: true, ...(startKey && { exclusiveStartKey: startKey }) })
      .send();
    for (const image of page.Items ?? []) {
      const { pk, sk, entity } = image;
      const isOfClinic = pk === `clinic#${clinicId}` || String(pk).startsWith(`clinic#${clinicId}#`);
      if (isOfClinic && !isTechnical(String(entity))) found.set(recordId(String(pk), String(sk)), image);
    }
    startKey = page.LastEvaluatedKey;
  } while (startKey !== undefined);
  return found;
};
