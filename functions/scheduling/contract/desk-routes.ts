import { appointmentRoutes } from './appointments.ts';
import { dayRoutes } from './days.ts';
import { holdRoutes } from './holds.ts';
import { seriesRoutes } from './series.ts';

/** Staff, about visits: `scheduling-http`. In a file of its own, so that this function carries no other contract. */
export const deskRoutes = [...appointmentRoutes, ...seriesRoutes, ...dayRoutes, ...holdRoutes] as const;
