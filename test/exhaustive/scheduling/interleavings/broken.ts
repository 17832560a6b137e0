/** The rules were broken: what no interleaving may bring about. */
export class Broken extends Error {}

export const forbid = (isSo: boolean, what: string): void => {
  if (isSo) throw new Broken(`The table took ${what}`);
};

export const only = (ids: readonly string[]): string => {
  const [id] = ids;
  if (id === undefined || ids.length > 1) throw new Broken(`${ids.length} were written where one was asked for`);
  return id;
};
