/**
 * What understands words, in one place: its vocabulary is the heaviest part of what takes texts in, so that part is loaded with the first
 * text (`loadWords`), not before.
 */
export { screenText } from '../../care/core/red-flags.ts';
export { saysNothingElse, saysWrongNumber, speaksOfVisitToo } from './beside-stop.ts';
export { asksToStop, asksToStopAll, mayMeanVisit } from './replies.ts';
export { isOfferedKeyword, ownWordsOf } from './reply-words.ts';
export { codeIn, understand } from './which.ts';
