type Words = typeof import('../core/reading.ts');

let words: Words | undefined;

/** Loads what understands words: with the first text, and then no more. */
export const loadWords = async (): Promise<Words> => {
  words ??= await import('../core/reading.ts');
  return words;
};
