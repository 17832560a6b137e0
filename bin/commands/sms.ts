import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import * as z from 'zod';
import { classify, INTENTS, OPEN_QUESTIONS } from '../../functions/messaging/core/replies.ts';
import { segment } from '../../functions/messaging/core/segments.ts';
import { isSound, lintTemplate } from '../../functions/messaging/core/template-lint.ts';
import { builtInWords, LANGUAGES, TEMPLATE_NAMES } from '../../functions/messaging/core/templates.ts';
import { slug } from '../../functions/platform/http/schemas.ts';
import { CliError, print } from '../cli.ts';
import { linesOf } from '../lines.ts';
import { type LabelledReply, labelledReplyOf, type Score, scoreOf } from '../reply-corpus.ts';

const reply = z.object({ body: z.string(), open: z.enum(OPEN_QUESTIONS) });
const labelled = reply.extend({ intent: z.enum(INTENTS), value: z.number().nullable().default(null) });

/** Texts without a clinic: how many parts one takes, what a reply means. The functions that the Lambdas use. */
export const register = (program: Command): void => {
  const sms = program
    .command('sms')
    .description('Try the rules for texts on lines of your own. Needs no running clinic.');
  const note =
    '\nOne line out for each line in, as JSON. A line that cannot be read becomes {"error": "..."}, is named on stderr,\nand makes the exit code 1; the other lines are still answered.';
  sms
    .command('segments')
    .description('count the parts of each text: a JSON string per line on stdin')
    .addHelpText('after', `${note}\n\nExample:\n  echo '"Tue Dec 1 9:30 AM EST"' | plumbline sms segments`)
    .action(() =>
      answerLines((line) => {
        const text = z.string().safeParse(jsonOf(line));
        return text.success ? segment(text.data) : undefined;
      }, 'a JSON string, such as "See you at 9:30"'),
    );
  sms
    .command('classify')
    .description('say what each reply asks for: {"body", "open"} per line on stdin')
    .addHelpText(
      'after',
      `\n"open" is the question open in the thread: ${OPEN_QUESTIONS.join(', ')}.${note}\n\nExample:\n  echo '{"body":"about a 6","open":"pain"}' | plumbline sms classify\n  cat replies.tsv | plumbline sms classify --score`,
    )
    .option(
      '--score',
      'lines say what each reply means, too (label<TAB>text, or "intent" and "value"): print how many were read so',
    )
    .action(({ score }: { readonly score?: boolean }, command: Command) =>
      score
        ? scoreLines(command.optsWithGlobals().json === true)
        : answerLines(
            (line) => {
              const read = reply.safeParse(jsonOf(line));
              return read.success ? classify(read.data) : undefined;
            },
            `{"body": string, "open": ${OPEN_QUESTIONS.map((open) => `"${open}"`).join(' | ')}}`,
          ),
    );
  sms
    .command('lint')
    .description('read words for one of the texts, as they are read when a clinic saves its own')
    .argument('<template>', 'which text: reminder-24h, confirmation, ...')
    .argument('[words or file]', 'the words with their {tokens}, or a file that holds them; without: the built-in ones')
    .option('--language <code>', 'of the built-in words: en or es', 'en')
    .option('--phone <number>', "the clinic's own number, the one that may stand in a text", '+13035550100')
    .addOption(
      new Option('--public-url <url>', 'what links begin with, which are counted in full')
        .env('PUBLIC_URL')
        .default('https://visit.example.com'),
    )
    .option('--slug <name>', 'the clinic in the address of its booking page', 'lakeview-spine')
    .option('--price <micros>', 'what a part costs, in millionths of a dollar', '10310')
    .addHelpText(
      'after',
      `\nWithout a domain of the clinic's own, links begin with API Gateway's address, 54 letters: most texts with one then\ntake a second part. With one of at most 20 letters each of the built-in texts is one part.\n\nExit code: 0, or 1 when the words could not be saved.\n\nTexts: ${TEMPLATE_NAMES.join(', ')}\n\nExamples:\n  plumbline sms lint reminder-24h '{clinicName}: see you {time}. Reply C to confirm. {link}'\n  plumbline sms lint confirmation words.txt --json`,
    )
    .action(async (template: string, words: string | undefined, _options: object, command: Command) =>
      lintWords(command, template, words),
    );
};

const lintOptions = z.object({
  language: z.enum(LANGUAGES),
  phone: z.string().regex(/^\+1\d{10}$/),
  publicUrl: z.url({ protocol: /^https?$/ }),
  slug,
  price: z.coerce.number().int().min(0),
});

const lintWords = async (command: Command, name: string, words: string | undefined): Promise<void> => {
  const template = TEMPLATE_NAMES.find((each) => each === name);
  if (template === undefined) throw new CliError(`There is no text called "${name}": ${TEMPLATE_NAMES.join(', ')}`, 2);
  const options = lintOptions.safeParse(command.opts());
  if (!options.success)
    throw new CliError(`--${options.error.issues[0]?.path.join('.')}: ${options.error.issues[0]?.message}`, 2);
  const { language, phone, price, ...links } = options.data;
  const given =
    words === undefined ? builtInWords(template, language) : await readFile(words, 'utf8').catch(() => words);
  const lint = lintTemplate(template, given, { ...links, clinicPhone: phone, pricePerPartMicros: price });
  const { encoding, segments, findings } = lint;
  const size = `${lint.words}\n${encoding}, ${segments} ${segments === 1 ? 'part' : 'parts'} at most, USD ${(lint.priceMicros / 1_000_000).toFixed(4)} a text`;
  const said = findings.map(({ level, code, message }) => `${level} ${code}: ${message}`);
  print(command, { template, ...lint }, [size, ...said].join('\n'));
  if (!isSound(lint)) process.exitCode = 1;
};

/** Undefined for what is not JSON: no line means that. */
const jsonOf = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};

/** Reads labelled replies, one a line, and prints one score for all: recall and false alarms per intent. */
const scoreLines = async (asJson: boolean): Promise<void> => {
  const corpus: LabelledReply[] = [];
  let lineNumber = 0;
  for await (const lines of linesOf(process.stdin)) {
    for (const line of lines) {
      lineNumber++;
      if (line === '') continue;
      const read = line.startsWith('{') ? labelled.safeParse(jsonOf(line)).data : labelledReplyOf(line);
      if (read !== undefined) {
        corpus.push(read);
        continue;
      }
      process.stderr.write(
        `plumbline: line ${lineNumber}: expected label<TAB>text or {"body", "open", "intent", "value"}\n`,
      );
      process.exitCode = 1;
    }
  }
  const score = scoreOf(corpus);
  process.stdout.write(asJson ? `${JSON.stringify(score)}\n` : tableOf(score));
};

const tableOf = ({ replies, correct, intents }: Score): string => {
  const rows = Object.entries(intents).map(([intent, { labelled: all, found, falseAlarms }]) => {
    const recall = all === 0 ? '-' : `${((100 * found) / all).toFixed(1)} %`;
    return `${intent.padEnd(14)}${`${found}/${all}`.padStart(10)}${recall.padStart(10)}${String(falseAlarms).padStart(14)}\n`;
  });
  const head = `${'intent'.padEnd(14)}${'found'.padStart(10)}${'recall'.padStart(10)}${'false alarms'.padStart(14)}\n`;
  return `${head}${rows.join('')}${correct} of ${replies} read as labelled\n`;
};

const answerLines = async (answer: (line: string) => object | undefined, expected: string): Promise<void> => {
  let lineNumber = 0;
  for await (const lines of linesOf(process.stdin)) {
    let out = '';
    for (const line of lines) {
      lineNumber++;
      const result = answer(line);
      if (result !== undefined) {
        out += `${JSON.stringify(result)}\n`;
        continue;
      }
      const error = `line ${lineNumber}: expected ${expected}`;
      out += `${JSON.stringify({ error })}\n`;
      process.stderr.write(`plumbline: ${error}\n`);
      process.exitCode = 1;
    }
    if (!process.stdout.write(out)) await new Promise((resolve) => process.stdout.once('drain', resolve));
  }
};
