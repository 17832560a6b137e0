import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

// At once, or later: `await import('./pages.ts')`.
const importedFiles = /(?:^(?:import|export)(?! type\b)[^'"]*?from |\bimport\()'(\.{1,2}\/[^']+\.ts)'/gm;

/** The texts of a file and of every file of ours it imports, directly or through others. */
export const readWithImports = (file: string, seen = new Map<string, string>()): readonly string[] => {
  if (!seen.has(file)) {
    const source = readFileSync(file, 'utf8');
    seen.set(file, source);
    for (const [, target = ''] of source.matchAll(importedFiles)) readWithImports(join(dirname(file), target), seen);
  }
  return [...seen.values()];
};
