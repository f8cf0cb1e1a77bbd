import { SingleBar, Presets } from 'cli-progress';
import { Command } from 'commander';
import { mkdirSync } from 'node:fs';
import { SqliteEventStore } from '@foundation/event-store';
import { id as readId, type ImportId, isUuid, newId } from '@foundation/kernel';
import {
  compareImports,
  type Comparison,
  type Finding,
  type ImportProgress,
  type ImportReport,
  openPath,
  type PastImport,
  pastImports,
} from '@exchange/rostering';
import { complain, loggerOf, masterKeyOf, runMain, say } from '@apps/shared';
import { compose } from './compose';
import type { Settings } from '@config/settings';

interface Given {
  readonly dryRun?: boolean;
  readonly confirm?: boolean;
  readonly all?: boolean;
}

const place = ({ file, line, column }: Finding): string => `${file}${line === undefined ? '' : `:${line}`}${column ? ` ${column}` : ''}`;
const lineOf = (finding: Finding): string =>
  `${finding.outcome.padEnd(8)} ${finding.what.padEnd(12)} ${place(finding)}${finding.why ? `  ${finding.why}` : ''}`;

function sayOutcome({ status, dryRun, version, counts }: ImportReport): void {
  const { created, changed, unchanged, left, refused, warnings } = counts;
  if (status === 'stopped')
    return complain('Nothing was recorded. Look at the lines marked "stopped"; if they are right, run it again with --confirm.');
  say(
    `${dryRun ? 'Would be: ' : ''}${created} created, ${changed} changed, ${left} left, ${unchanged} unchanged, ${refused} refused, ${warnings} warnings (OneRoster ${version})`,
  );
}

/** A bar on a terminal, else nothing: lines of a log are no place for it. */
function progressBar(): { readonly show: (progress: ImportProgress) => void; readonly stop: () => void } {
  if (!process.stderr.isTTY) return { show: () => undefined, stop: () => undefined };
  const bar = new SingleBar({ format: '{phase} {bar} {percentage} %, {eta} s left', stream: process.stderr }, Presets.shades_classic);
  let phase = '';
  return {
    show(progress) {
      if (progress.phase !== phase) bar.start(progress.total, 0, { phase: (phase = progress.phase) });
      bar.update(progress.done);
    },
    stop: () => bar.stop(),
  };
}

async function importPath(settings: Settings, path: string, { dryRun = false, confirm = false, all = false }: Given): Promise<number> {
  const set = await openPath(path);
  mkdirSync(settings.data, { recursive: true });
  const { master, made } = masterKeyOf(settings.data, process.env);
  if (made) complain(`A new master key was made in ${made}: back it up, apart from the data.`);
  const { rosterImporter, close } = await compose(settings, master, loggerOf(settings));
  const bar = progressBar();
  try {
    const id = newId<ImportId>();
    const told: Finding[] = [];
    const report = await rosterImporter.run(
      { import: id, files: set.files, dryRun, confirm, by: 'system', correlationId: id },
      { progress: bar.show, finding: (finding) => void ((all || finding.outcome !== 'created') && told.push(finding)) },
    );
    bar.stop();
    for (const finding of told) say(lineOf(finding));
    sayOutcome(report);
    // A script that runs at night looks at the code alone.
    const unread = told.some(({ outcome, what }) => outcome === 'refused' && what === 'file');
    if (unread) complain('A file as a whole was not taken: mend what the lines that begin with "refused  file" name, and run it again.');
    return report.status === 'stopped' || unread ? 1 : 0;
  } finally {
    bar.stop();
    set.close();
    await close();
  }
}

/** Reads the log beside a running service or without one. */
async function readImports(settings: Settings): Promise<readonly PastImport[]> {
  const store = SqliteEventStore.open(settings.data, { mode: 'read' });
  try {
    return await pastImports(store);
  } finally {
    await store.close();
  }
}

function sayImport({ import: id, by, startedAt, status, confirmed, files, counts }: PastImport): void {
  const ended = counts
    ? `${counts.created} created, ${counts.changed} changed, ${counts.left} left, ${counts.refused} refused`
    : status === 'started'
      ? 'not finished: it runs now, or was cut short and can be run again'
      : '';
  say(`${startedAt}  ${id}  by ${by}${confirmed ? ', confirmed' : ''}: ${ended}`);
  for (const { name, sha256, mode, rows } of files)
    say(
      `  ${name.padEnd(24)} ${(mode ?? 'not read').padEnd(8)} ${rows === undefined ? '' : `${rows} rows`.padEnd(12)} ${sha256.slice(0, 12)}`,
    );
}

function sayComparison({ import: id, before, files, counts }: Comparison): void {
  say(`${id} beside ${before}`);
  for (const { name, change, rows, rowsBefore } of files)
    say(`  ${name.padEnd(24)} ${change.padEnd(8)} ${rowsBefore ?? '–'} → ${rows ?? '–'} rows`);
  for (const [name, count] of Object.entries(counts ?? {})) say(`  ${name.padEnd(24)} ${count.before} → ${count.now}`);
  if (!counts) say('  One of the two has not finished: there is nothing to compare but the files.');
}

function pick(imports: readonly PastImport[], given: string): PastImport | undefined {
  return isUuid(given) ? imports.find((one) => one.import === readId<ImportId>(given)) : undefined;
}

async function compare(settings: Settings, given?: string, earlier?: string): Promise<number> {
  const imports = await readImports(settings);
  const now = given === undefined ? imports.at(-1) : pick(imports, given);
  const before = earlier === undefined ? now && imports[imports.indexOf(now) - 1] : pick(imports, earlier);
  if (!now || !before) {
    complain('There are no two such imports on the record: `npm run roster -- list` shows those there are.');
    return 1;
  }
  sayComparison(compareImports(before, now));
  return 0;
}

/** `npm run roster -- import DIR|ZIP [--dry-run] [--confirm] [--all] | list | compare [ID] [EARLIER]` */
void runMain(async (settings) => {
  let code = 0;
  const program = new Command('roster').description('Imports OneRoster 1.1 or 1.2 sets of CSV files, and tells of past imports.');
  program
    .command('import <path>')
    .description('a folder or a zip file; the service must be stopped')
    .option('--dry-run', 'say what would happen and record nothing')
    .option('--confirm', 'record it although it was stopped before: you looked at what stopped it')
    .option('--all', 'a line for everything created too')
    .action(async (path: string, given: Given) => {
      code = await importPath(settings, path, given);
    });
  program
    .command('list')
    .description('every import on the record: who, when, files, counts')
    .action(async () => {
      for (const one of await readImports(settings)) sayImport(one);
    });
  program
    .command('compare [import] [earlier]')
    .description('an import beside the one before: files and counts')
    .action(async (given?: string, earlier?: string) => {
      code = await compare(settings, given, earlier);
    });
  await program.parseAsync(process.argv);
  return code;
});
