import type { WantedPort } from './prerequisites.ts';
import { StartError } from './start-error.ts';

/** What the local clinic listens on, all of it on the loopback address. */
export interface ClinicPorts {
  readonly frontDoor: number;
  readonly carrier: number;
  readonly engine: number;
}

const defaults: ClinicPorts = { frontDoor: 8700, carrier: 8701, engine: 8702 };

/**
 * The three ports: `base` and the two after it, or each as its variable says (PLUMBLINE_PORT, PLUMBLINE_CARRIER_PORT,
 * PLUMBLINE_ENGINE_PORT).
 * @throws StartError when one is no port number.
 */
export function choosePorts(
  base: string | undefined,
  env: Readonly<Record<string, string | undefined>> = process.env,
): ClinicPorts {
  const first = base === undefined ? undefined : portOf(base, '--port', 65_533);
  const pick = (variable: string, offset: number, otherwise: number): number =>
    first === undefined ? portOf(env[variable] || String(otherwise), variable) : first + offset;
  return {
    frontDoor: pick('PLUMBLINE_PORT', 0, defaults.frontDoor),
    carrier: pick('PLUMBLINE_CARRIER_PORT', 1, defaults.carrier),
    engine: pick('PLUMBLINE_ENGINE_PORT', 2, defaults.engine),
  };
}

function portOf(text: string, source: string, most = 65_535): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port >= 1024 && port <= most) return port;
  throw new StartError(`${source} must be a port number from 1024 to ${most}.`);
}

/** What to ask of the machine before anything is started. */
export const wantedPorts = ({ frontDoor, carrier, engine }: ClinicPorts): readonly WantedPort[] => [
  { purpose: 'the API', port: frontDoor, variable: 'PLUMBLINE_PORT' },
  { purpose: 'the phone page', port: carrier, variable: 'PLUMBLINE_CARRIER_PORT' },
  { purpose: 'the engine', port: engine, variable: 'PLUMBLINE_ENGINE_PORT' },
];
