import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { linesOf } from '../../../bin/lines.ts';

// Many cases on a shared machine: slow is not wrong.
vi.setConfig({ testTimeout: 60_000 });

const plumbline = fileURLToPath(new URL('../../../bin/plumbline.ts', import.meta.url));

const run = async (
  words: readonly string[],
  input = '',
): Promise<{ code: number | null; out: string; err: string }> => {
  const child = spawn(process.execPath, [plumbline, ...words], { stdio: 'pipe' });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  child.stdin.on('error', () => {}).end(input);
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, out, err };
};

describe('plumbline sms', () => {
  it('segments: one line out for each line in', async () => {
    const input = ['"hello"', '""', '"It’s\u2028ok"', '"\\ud83d\\ude00"'].join('\n');
    const { code, out, err } = await run(['sms', 'segments'], input);
    expect(
      out
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { encoding: 'GSM-7', segments: 1, characters: [] },
      { encoding: 'GSM-7', segments: 0, characters: [] },
      { encoding: 'UCS-2', segments: 1, characters: ['’', '\u2028'] },
      { encoding: 'UCS-2', segments: 1, characters: ['😀'] },
    ]);
    expect([code, err]).toEqual([0, '']);
  });

  it('classify: one line out for each line in, with exactly intent, value and why', async () => {
    const { code, out } = await run(
      ['sms', 'classify'],
      '{"body":"about a 6","open":"pain"}\r\n{"body":"STOP","open":"none"}\r\n',
    );
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toEqual([
      { intent: 'answer', value: 6, why: expect.any(String) },
      { intent: 'opt_out', value: null, why: expect.any(String) },
    ]);
    expect(code).toBe(0);
  });

  it('classify --score counts a labelled corpus, in either form, and shows no words of it', async () => {
    const input = ['opt_out\tSTOP', 'other\tCANCEL', '{"body":"6","open":"pain","intent":"answer","value":6}', 'nope'];
    const { code, out, err } = await run(['--json', 'sms', 'classify', '--score'], input.join('\n'));
    expect(JSON.parse(out)).toMatchObject({
      replies: 3,
      correct: 2,
      intents: {
        opt_out: { labelled: 1, found: 1, falseAlarms: 1 },
        answer: { labelled: 1, found: 1, falseAlarms: 0 },
      },
    });
    expect(err).toMatch(/^plumbline: line 4: expected [^\n]+\n$/);
    expect(code).toBe(1);

    const table = await run(['sms', 'classify', '--score'], 'opt_out\tSTOP\n');
    expect(table.out).toMatch(/opt_out +1\/1 +100\.0 % +0\n/);
    expect(table.out).not.toContain('STOP');
    expect(table.code).toBe(0);
  });

  it('keeps the lines aligned and exits 1 when one cannot be read, naming it', async () => {
    const input = ['"a"', 'nope', '', '5', '"b"'].join('\n');
    const { code, out, err } = await run(['sms', 'segments'], input);
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map((line) => 'error' in line)).toEqual([false, true, true, true, false]);
    expect(err.match(/line \d+/g)).toEqual(['line 2', 'line 3', 'line 4']);
    expect(code).toBe(1);
  });

  it.each(['{"body":"x"}', '{"open":"none"}', '{"body":5,"open":"none"}', '{"body":"x","open":"maybe"}', '[]', 'null'])(
    'classify refuses %s',
    async (line) => {
      const { code, out } = await run(['sms', 'classify'], line);
      expect(JSON.parse(out)).toEqual({ error: expect.stringContaining('line 1') });
      expect(code).toBe(1);
    },
  );
});

describe('plumbline', () => {
  it.each([[['smz']], [['sms', 'nope']], [['sms', 'classify', '--nope']], [['sms', 'classify', 'extra']]])(
    '%j is wrong usage: one sentence, exit 2',
    async (words) => {
      const { code, out, err } = await run(words);
      expect([code, out]).toEqual([2, '']);
      expect(err).toMatch(/^plumbline: [^\n]+\n$/);
    },
  );

  it('tells errors as JSON when asked', async () => {
    const { code, err } = await run(['--json', 'smz']);
    expect(code).toBe(2);
    expect(JSON.parse(err)).toEqual({ error: expect.stringContaining("unknown command 'smz'") });
  });

  it.each([[['--help']], [['sms', '--help']], [['sms', 'segments', '--help']], [['help', 'sms']]])(
    '%j shows help with --json and exits 0',
    async (words) => {
      const { code, out } = await run(words);
      expect(code).toBe(0);
      expect(out).toMatch(/^Usage: plumbline/);
      expect(out).toContain('--json');
    },
  );
});

describe('linesOf', () => {
  const collect = async (...chunks: ReadonlyArray<Buffer | string>): Promise<string[]> => {
    const stream = (async function* () {
      yield* chunks;
    })();
    const lines: string[] = [];
    for await (const batch of linesOf(stream)) lines.push(...batch);
    return lines;
  };

  it.each<readonly [string, ReadonlyArray<Buffer | string>, readonly string[]]>([
    ['nothing', [], []],
    ['a last line without an end', ['a\nb'], ['a', 'b']],
    ['a last line with an end', ['a\nb\n'], ['a', 'b']],
    ['empty lines', ['\n\n'], ['', '']],
    ['a line in pieces', ['a', 'b\nc', 'd'], ['ab', 'cd']],
    ['a character in two pieces', [Buffer.from([0xc3]), Buffer.from([0xa1, 0x0a])], ['á']],
    ['line separators that are not line ends', ['a\u2028b\u2029c\rd\r\n'], ['a\u2028b\u2029c\rd']],
  ])('reads %s', async (_, chunks, lines) => {
    expect(await collect(...chunks)).toEqual(lines);
  });
});
