/** Reads a required environment variable once, at module load; a missing one stops the function at init with its name. */
export const env = (name: string): string => {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`Environment variable ${name} is not set`);
  return value;
};

/** The same for a variable that may be absent. */
export const optionalEnv = (name: string): string | undefined => process.env[name] || undefined;
