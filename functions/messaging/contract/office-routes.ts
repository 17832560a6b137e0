import { figuresRoutes } from './figures.ts';
import { pictureRoutes } from './pictures.ts';
import { planRoutes } from './plans.ts';
import { settingsRoutes } from './settings.ts';
import { templateRoutes } from './templates.ts';

/**
 * Staff, a few times a day, about how the clinic texts and how that goes: `messaging-office-http`. In a file of its own, so that
 * this function carries no other contract.
 */
export const officeRoutes = [
  ...settingsRoutes,
  ...planRoutes,
  ...templateRoutes,
  ...pictureRoutes,
  ...figuresRoutes,
] as const;
