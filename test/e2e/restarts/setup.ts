import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { freePort } from '../../../local/prerequisites.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    restarts: Readonly<Record<string, string>>;
  }
}

/** A place for one clinic that all these tests start and stop, whichever comes first: its stacks are deployed once. */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const localDir = await mkdtemp(join(tmpdir(), 'plumbline-restarts-'));
  provide('restarts', {
    PLUMBLINE_LOCAL_DIR: localDir,
    PLUMBLINE_PORT: String(await freePort()),
    PLUMBLINE_CARRIER_PORT: String(await freePort()),
    PLUMBLINE_ENGINE_PORT: String(await freePort()),
  });
  return () => rm(localDir, { recursive: true, force: true });
}
