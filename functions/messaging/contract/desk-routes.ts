import { consentRoutes } from './consent.ts';
import { taskRoutes } from './tasks.ts';
import { textRoutes } from './texts.ts';

/** Staff, about patients' texts all day long: threads, agreements, tasks: `messaging-http`. */
export const deskRoutes = [...textRoutes, ...consentRoutes, ...taskRoutes] as const;
