import type { Command } from 'commander';

/** A failure to tell the operator in one sentence, with the exit code it deserves: 1 for what went wrong, 2 for wrong usage. */
export class CliError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.name = 'CliError';
    this.exitCode = exitCode;
  }
}

/** True when the operator asked for JSON, before or after the command's name. */
export const isJson = (command: Command): boolean => command.optsWithGlobals<{ json?: boolean }>().json === true;

/** Prints a result: the value as one line of JSON where `--json` was given, else the text. */
export const print = (command: Command, value: unknown, text: string): void => {
  process.stdout.write(`${isJson(command) ? JSON.stringify(value) : text}\n`);
};
