import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort, missingPrerequisites } from '../../../local/prerequisites.ts';

let folder: string;
let server: Server | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-prerequisites-'));
});

afterEach(async () => {
  await new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve())));
  server = undefined;
  await rm(folder, { recursive: true, force: true });
});

/** A program that claims to be a Python of this version and may lack modules. */
async function fakePython(name: string, version: string, hasVenv: boolean): Promise<void> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\ncase "$2" in *platform*) echo ${version};; *) exit ${hasVenv ? 0 : 1};; esac\n`);
  await chmod(path, 0o755);
}

describe('Node', () => {
  it('is fine from 20 on', async () => {
    expect(await missingPrerequisites({ nodeVersion: '20.0.0', python: false })).toEqual([]);
  });

  it('is one sentence when it is too old', async () => {
    expect(await missingPrerequisites({ nodeVersion: '18.20.4', python: false })).toEqual([
      'Plumbline needs Node 20 or later and this is Node 18.20.4: install a current one from your package manager or nodejs.org.',
    ]);
  });
});

describe('Python', () => {
  it('is fine from 3.10 on, whatever it is called', async () => {
    await fakePython('python3', '3.9.18', true);
    await fakePython('python3.12', '3.12.1', true);

    expect(await missingPrerequisites({ env: { PATH: folder } })).toEqual([]);
  });

  it('is one sentence when there is none', async () => {
    expect(await missingPrerequisites({ env: { PATH: folder } })).toEqual([
      "Plumbline's local engine needs Python 3.10 or later (none was found): install one from your package manager or python.org.",
    ]);
  });

  it('says which version was too old', async () => {
    await fakePython('python3', '3.9.18', true);

    expect(await missingPrerequisites({ env: { PATH: folder } })).toEqual([
      expect.stringContaining('(python3 is 3.9.18)'),
    ]);
  });

  it('says how to get the venv module where the distribution left it out', async () => {
    await fakePython('python3', '3.11.2', false);

    expect(await missingPrerequisites({ env: { PATH: folder } })).toEqual([
      'python3 (3.11.2) comes without the venv module: install it (Debian and Ubuntu: apt install python3-venv).',
    ]);
  });

  it('is the one that PLUMBLINE_PYTHON names', async () => {
    await fakePython('python3', '3.12.1', true);
    const missing = await missingPrerequisites({ env: { PATH: folder, PLUMBLINE_PYTHON: join(folder, 'absent') } });

    expect(missing).toEqual([expect.stringContaining('PLUMBLINE_PYTHON names a program that does not run')]);
  });
});

describe('ports', () => {
  it('is fine when they are free', async () => {
    const ports = [{ purpose: 'front door', port: await freePort(), variable: 'PLUMBLINE_PORT' }];

    expect(await missingPrerequisites({ python: false, ports })).toEqual([]);
  });

  it('names a taken port, what it is for and how to choose another', async () => {
    const port = await freePort();
    server = createServer();
    await new Promise<void>((resolve) => server?.listen(port, '127.0.0.1', resolve));
    const missing = await missingPrerequisites({
      python: false,
      ports: [{ purpose: 'phone page', port, variable: 'PLUMBLINE_CARRIER_PORT' }],
    });

    expect(missing).toEqual([
      `Port ${port} (phone page) is in use by another program: stop that program, or choose another port with PLUMBLINE_CARRIER_PORT=<number>.`,
    ]);
  });

  it.each([0, 65_536, Number.NaN, 80.5])('refuses %s as a port', async (port) => {
    const ports = [{ purpose: 'engine', port, variable: 'PLUMBLINE_ENGINE_PORT' }];

    expect(await missingPrerequisites({ python: false, ports })).toEqual([
      'The port of the engine must be a whole number from 1 to 65535: correct PLUMBLINE_ENGINE_PORT.',
    ]);
  });
});
