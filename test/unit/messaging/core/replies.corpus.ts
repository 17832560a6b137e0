import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LabelledReply, labelledReplyOf } from '../../../../bin/reply-corpus.ts';

const fixtures = join(import.meta.dirname, '../../../fixtures');

const replyOf = (line: string): LabelledReply => {
  const reply = labelledReplyOf(line);
  if (reply === undefined) throw new Error(`Not a labelled reply: ${line}`);
  return reply;
};

const repliesIn = (folder: string): readonly LabelledReply[] =>
  globSync('*.tsv', { cwd: join(fixtures, folder) })
    .toSorted()
    .flatMap((file) => readFileSync(join(fixtures, folder, file), 'utf8').split('\n'))
    .filter((line) => line !== '')
    .map(replyOf);

/** The labelled replies of test/fixtures/replies. */
export const CORPUS = repliesIn('replies');

/** Red flags and opt-outs that were only scored while the rules were developed. */
export const HELD_OUT = repliesIn('replies-held-out');
