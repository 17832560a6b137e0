import { httpHandler } from '../../platform/http/api.ts';
import { inboxRoutes } from '../contract/inbox.ts';
import { inbox } from '../inbox/inbox-api.ts';

export const handler = httpHandler(inboxRoutes, inbox);
