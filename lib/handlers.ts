import { glob } from 'node:fs/promises';
import { sep } from 'node:path';

/** A Lambda entry found in the tree. */
export interface HandlerFile {
  /** `<area>-<handler>`, the name `lib/functions.ts` uses. */
  readonly name: string;
  /** Path from the root. */
  readonly file: string;
}

/** Every `functions/<area>/handlers/<handler>.ts` under `root`, sorted by name. */
export const findHandlers = async (root: string): Promise<readonly HandlerFile[]> => {
  const found: HandlerFile[] = [];
  for await (const file of glob('functions/*/handlers/*.ts', { cwd: root })) {
    const [, area = '', , entry = ''] = file.split(sep);
    found.push({ name: `${area}-${entry.replace(/\.ts$/, '')}`, file });
  }
  return found.toSorted((a, b) => a.name.localeCompare(b.name));
};
