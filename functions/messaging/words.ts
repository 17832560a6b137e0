/** Loads what understands words; once, however often it is asked. */
export const loadWords = () => import('./core/reading.ts');
