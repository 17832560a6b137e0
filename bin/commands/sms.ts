import type { Command } from 'commander';
import * as z from 'zod';
import { classify, OPEN_QUESTIONS } from '../../functions/messaging/core/replies.ts';
import { segment } from '../../functions/messaging/core/segments.ts';
import { linesOf } from '../lines.ts';

const reply = z.object({ body: z.string(), open: z.enum(OPEN_QUESTIONS) });

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
      `\n"open" is the question open in the thread: ${OPEN_QUESTIONS.join(', ')}.${note}\n\nExample:\n  echo '{"body":"about a 6","open":"pain"}' | plumbline sms classify`,
    )
    .action(() =>
      answerLines(
        (line) => {
          const read = reply.safeParse(jsonOf(line));
          return read.success ? classify(read.data) : undefined;
        },
        `{"body": string, "open": ${OPEN_QUESTIONS.map((open) => `"${open}"`).join(' | ')}}`,
      ),
    );
};

/** Undefined for what is not JSON: no line means that. */
const jsonOf = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
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
