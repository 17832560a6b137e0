import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LabelledReply, labelledReplyOf } from '../../../../bin/reply-corpus.ts';

const folder = join(import.meta.dirname, '../../../fixtures/replies');

const replyOf = (line: string): LabelledReply => {
  const reply = labelledReplyOf(line);
  if (reply === undefined) throw new Error(`Not a labelled reply: ${line}`);
  return reply;
};

/** The labelled replies of test/fixtures/replies. */
export const CORPUS: readonly LabelledReply[] = globSync('*.tsv', { cwd: folder })
  .toSorted()
  .flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n'))
  .filter((line) => line !== '')
  .map(replyOf);
