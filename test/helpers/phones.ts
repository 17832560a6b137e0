const numbersPerArea = 100;
const areasPerFile = 8;
const areas = 790;

let taken = 0;

/**
 * A number no other test of this run has: 555-0100..0199, which is kept for fiction, of area codes that belong to this
 * test file (vitest numbers the worker of each file).
 */
export const testPhone = (): string => {
  const file = Number(process.env.VITEST_WORKER_ID ?? 0);
  const area = 201 + ((file * areasPerFile + Math.floor(taken / numbersPerArea)) % areas);
  const line = String(taken % numbersPerArea).padStart(2, '0');
  taken += 1;
  return `+1${area}55501${line}`;
};
