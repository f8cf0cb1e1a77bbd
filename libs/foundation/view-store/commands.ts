import { Presets, SingleBar } from 'cli-progress';
import { Command, CommanderError } from 'commander';
import type { OnStep } from './verify';
import {
  DamagedViews,
  NothingToVerify,
  Superseded,
  type ViewsReport,
  viewsRebuild,
  viewsStatus,
  viewsVerify,
  type ViewsWorkDeps,
} from './work';

/** Where a command writes; `isTTY` chooses between a moving bar and plain lines. */
export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** `status | rebuild | verify`; answers the exit code: 1 when a view has halted, differs, or the command cannot be carried out. */
export async function runViewsCommand(argv: readonly string[], deps: () => ViewsWorkDeps, out: Output): Promise<number> {
  const say = (line: string): void => void out.write(`${line}\n`);
  let code = 0;
  const program = new Command('views')
    .description('The read models: where they are, build them anew, compare them with the log')
    .exitOverride()
    .configureOutput({ writeOut: (text) => void out.write(text), writeErr: (text) => void out.write(text) });
  program
    .command('status')
    .description('One line for each view')
    .action(() => {
      code = printStatus(viewsStatus(deps()), say);
    });
  program
    .command('rebuild')
    .description('Build the next generation from the log; a running server switches to it')
    .action(async () => {
      const { file, events, views } = await withBar(out, (onStep) => viewsRebuild(deps(), onStep));
      const halted = views.filter((view) => view.halted);
      say(`${file} built from ${events} events`);
      for (const { view } of halted) say(`${view} halted: see status`);
      code = halted.length > 0 ? 1 : 0;
    });
  program
    .command('verify')
    .description('Build aside and compare every row with the serving file')
    .action(async () => {
      const { file, differences, positions } = await withBar(out, (onStep) => viewsVerify(deps(), onStep));
      for (const { view, table, key } of differences) say(`${view}: table ${table} differs first at ${key}`);
      if (differences.length === 0) say(`${file}: ${positions.size} views equal what the log gives`);
      code = differences.length > 0 ? 1 : 0;
    });
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    if (!(error instanceof Superseded || error instanceof NothingToVerify || error instanceof DamagedViews)) throw error;
    say(error.message);
    return 1;
  }
  return code;
}

function printStatus(report: ViewsReport, say: (line: string) => void): number {
  const { file, bytes, current, views } = report;
  if (file === undefined) {
    say('No views file yet: a start of the server, or rebuild, builds one');
    return 0;
  }
  const width = Math.max(...views.map(({ view }) => view.length));
  for (const { view, position, behind, halted } of views) {
    const state = halted ? `HALTED at ${halted.at} (${halted.type}, ${halted.reason})` : 'ok';
    say(`${view.padEnd(width)}  position ${position}  behind ${behind}  ${state}  ${file}  ${(bytes / 1e6).toFixed(1)} MB`);
  }
  if (!current) say('The tables or the code have changed since: the next start builds it anew');
  return views.some(({ halted }) => halted) ? 1 : 0;
}

const PLAIN_EVERY_MS = 5000;

interface Shown {
  readonly share: number;
  readonly text: string;
}

/** Shows how far, how fast and how long still: as a bar on a terminal, as a line every five seconds elsewhere. */
async function withBar<T>(out: Output, work: (onStep: OnStep) => T): Promise<T> {
  const started = performance.now();
  const { show, end } = out.isTTY ? bar(out) : plain(out);
  try {
    return work(({ phase, done, total, events }) => {
      if (phase === 'comparing') return;
      const seconds = (performance.now() - started) / 1000;
      const left = done > 0 ? Math.max(0, Math.round((seconds * (total - done)) / done)) : '?';
      const share = total > 0 ? Math.min(done / total, 1) : 1;
      show({ share, text: `${events} events | ${Math.round(events / seconds)} events/s | ${left} s left` });
    });
  } finally {
    end();
  }
}

function bar(stream: Output): { readonly show: (shown: Shown) => void; readonly end: () => void } {
  const single = new SingleBar({ stream, format: '{bar} {percentage}% | {text}', hideCursor: true }, Presets.shades_classic);
  single.start(1, 0, { text: '' });
  return { show: ({ share, text }) => single.update(share, { text }), end: () => single.stop() };
}

function plain(out: Output): { readonly show: (shown: Shown) => void; readonly end: () => void } {
  let shownAt = performance.now();
  return {
    show({ share, text }) {
      if (performance.now() - shownAt < PLAIN_EVERY_MS) return;
      shownAt = performance.now();
      out.write(`${Math.floor(share * 100)}% | ${text}\n`);
    },
    end: () => undefined,
  };
}
