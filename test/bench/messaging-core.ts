import { SegmentedMessage } from 'sms-segments-calculator';
import { type LabelledReply, scoreOf } from '../../bin/reply-corpus.ts';
import { classify } from '../../functions/messaging/core/replies.ts';
import { segment } from '../../functions/messaging/core/segments.ts';
import { CORPUS } from '../unit/messaging/core/replies.corpus.ts';
import { disagreements } from '../unit/messaging/core/segments.reference.ts';
import { cpuMillis } from './calendar.support.ts';

export const name = 'messaging-core';

const budgetMicros = { classify: 50, segments: 5 } as const;
const comparedStrings = 10_000;

/** What clinics send: each part size, both encodings. */
const texts: readonly string[] = [
  'Lakeview: visit Tue Dec 1 9:30 AM EST. Reply C to confirm, R to move it. https://p.example/v/0123456789abcdefghijkl',
  "Lakeview: you're unsubscribed and will get no more texts. Reply START to get them again.",
  'Lakeview: su cita es el mañana a las 9:30. Responda C para confirmar, R para cambiarla. ¡Gracias!',
  'Lakeview: see you Tue 9:30 AM – bring your “red” band 👍🏽',
  'a'.repeat(459),
  '€'.repeat(200),
];

export interface MessagingCoreResult {
  readonly classifyMicros: number;
  /** The slowest reply of the corpus, by itself. */
  readonly classifySlowestMicros: number;
  readonly segmentsMicros: number;
  readonly peerSegmentsMicros: number;
  readonly peerRatio: number;
  readonly redFlagRecall: number;
  readonly redFlagFalseAlarms: number;
  readonly optOutRecall: number;
  readonly optOutFalseAlarms: number;
}

/**
 * Prints the CPU cost of understanding a reply (budget 50 us) over the labelled corpus, with its score, and of counting a
 * text's segments (budget 5 us) beside sms-segments-calculator, whose answers are compared first.
 * @throws Error when the answers differ
 */
export const run = async (): Promise<MessagingCoreResult> => {
  const differing = disagreements(comparedStrings, 9);
  if (differing.length > 0) throw new Error(`Segments differ from sms-segments-calculator: ${differing[0]}`);

  const score = scoreOf(CORPUS);
  const { red_flag: redFlags, opt_out: optOuts } = score.intents;
  const recallOf = (one: typeof redFlags): number => (one === undefined ? Number.NaN : one.found / one.labelled);
  console.log(
    `corpus of ${score.replies}: ${score.correct} read as labelled; red flags ${redFlags?.found}/${redFlags?.labelled} and ${redFlags?.falseAlarms} false alarms, opt-outs ${optOuts?.found}/${optOuts?.labelled} and ${optOuts?.falseAlarms}`,
  );

  const micros = (replies: readonly LabelledReply[], calls: number): number =>
    (1000 * cpuMillis(calls, () => replies.map((reply) => classify(reply)))) / replies.length;
  const classifyMicros = micros(CORPUS, 10);
  const slowest = Math.max(...CORPUS.map((reply) => micros([reply], 100)));
  print('classify, one reply of the corpus', classifyMicros, budgetMicros.classify);
  console.log(`classify, the slowest reply of the corpus: ${slowest.toFixed(1)} us CPU`);

  const segmentsMicros = (1000 * cpuMillis(5_000, () => texts.map((text) => segment(text)))) / texts.length;
  const peer = () => texts.map((text) => new SegmentedMessage(text).segmentsCount);
  const peerSegmentsMicros = (1000 * cpuMillis(20, peer)) / texts.length;
  const peerRatio = peerSegmentsMicros / segmentsMicros;
  print('segments, one text', segmentsMicros, budgetMicros.segments);
  console.log(
    `sms-segments-calculator, the same texts: ${peerSegmentsMicros.toFixed(0)} us CPU, ${peerRatio.toFixed(0)} times ours; equal on ${comparedStrings} random strings`,
  );
  return {
    classifyMicros,
    classifySlowestMicros: slowest,
    segmentsMicros,
    peerSegmentsMicros,
    peerRatio,
    redFlagRecall: recallOf(redFlags),
    redFlagFalseAlarms: redFlags?.falseAlarms ?? Number.NaN,
    optOutRecall: recallOf(optOuts),
    optOutFalseAlarms: optOuts?.falseAlarms ?? Number.NaN,
  };
};

const print = (what: string, micros: number, budget: number): void =>
  console.log(`${what}: ${micros.toFixed(2)} us CPU (budget ${budget} us: ${micros <= budget ? 'met' : 'MISSED'})`);
