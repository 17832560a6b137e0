#!/usr/bin/env node
import { readdirSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { CliError, isJson } from './cli.ts';

/** A file of bin/commands: its name is the command's, and it is loaded only when that command, or the list of all, is asked for. */
interface CommandFile {
  register(program: Command): void;
}

const WRONG_USAGE = 2;
const commandsFolder = new URL('./commands/', import.meta.url);

const commandNames = (): readonly string[] =>
  readdirSync(commandsFolder)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -'.ts'.length))
    .sort();

/** The first word that is not an option: the command, or undefined where only help was asked for. */
const namedCommand = (words: readonly string[]): string | undefined => words.find((word) => !word.startsWith('-'));

const load = async (program: Command, words: readonly string[]): Promise<void> => {
  const names = commandNames();
  const named = namedCommand(words);
  const wanted = named !== undefined && names.includes(named) ? [named] : names;
  for (const name of wanted) {
    const file: CommandFile = await import(new URL(`${name}.ts`, commandsFolder).href);
    file.register(program);
  }
};

/** Usage errors are told once, by {@link tell}; the help that stands in for a missing command passes. */
const writeHelpOnly = (text: string): void => {
  if (!text.startsWith('error: ')) process.stderr.write(text);
};

const makeProgram = (): Command =>
  new Command('plumbline')
    .description('Operate a Plumbline clinic from the command line.')
    .usage('[options] <command>')
    .option('--json', 'print results (and errors) as JSON')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeErr: writeHelpOnly })
    .showSuggestionAfterError()
    .exitOverride();

const tell = (program: Command, message: string): void => {
  process.stderr.write(isJson(program) ? `${JSON.stringify({ error: message })}\n` : `plumbline: ${message}\n`);
};

const usageError = (message: string): string => message.replace(/^error: /, '').replaceAll('\n', ' ');

const exitCodeOf = (program: Command, error: unknown): number => {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    // `plumbline` or `plumbline sms` alone has printed its help already.
    if (error.code !== 'commander.help') tell(program, `${usageError(error.message)} (--help shows what there is)`);
    return WRONG_USAGE;
  }
  if (error instanceof CliError) {
    tell(program, error.message);
    return error.exitCode;
  }
  throw error;
};

// A reader that closes early (`| head`) is not a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

const words = process.argv.slice(2);
const program = makeProgram();
await load(program, words);
try {
  await program.parseAsync(words, { from: 'user' });
} catch (error) {
  process.exitCode = exitCodeOf(program, error);
}
