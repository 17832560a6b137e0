import { systemClock } from '../../platform/clock.ts';
import { streamHandler } from '../../platform/stream.ts';
import { appendChanges } from '../append.ts';

/** Enters every change of a record into the audit log. */
export const handler = streamHandler('audit-append', (changes) => appendChanges(changes, systemClock.now()));
