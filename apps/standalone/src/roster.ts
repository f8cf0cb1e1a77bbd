import { SingleBar, Presets } from 'cli-progress';
import { Command } from 'commander';
import { type ImportId, newId } from '@foundation/kernel';
import { type Finding, type ImportReport, readFolder, RosterImporter } from '@exchange/rostering';
import { complain, loggerOf, runMain, say } from './command-line';
import { compose, systemClock } from './compose';
import { masterKeyOf } from './master-key';
import type { Settings } from '@config/settings';

const place = ({ file, line, column }: Finding): string => `${file}${line === undefined ? '' : `:${line}`}${column ? ` ${column}` : ''}`;

function print(report: ImportReport): void {
  for (const finding of report.findings)
    say(`${finding.outcome.padEnd(8)} ${finding.what.padEnd(12)} ${place(finding)}${finding.why ? `  ${finding.why}` : ''}`);
  const { created, changed, unchanged, left, refused, warnings } = report.counts;
  say(
    `${report.dryRun ? 'Would be: ' : ''}${created} created, ${changed} changed, ${left} left, ${unchanged} unchanged, ${refused} refused, ${warnings} warnings (OneRoster ${report.version})`,
  );
}

async function importFolder(settings: Settings, folder: string, dryRun: boolean): Promise<void> {
  const files = await readFolder(folder);
  if (files.length === 0) throw Object.assign(new Error(`There is no .csv file in ${folder}.`), { code: 'ENOENT' });
  const { master, made } = masterKeyOf(settings.data, process.env);
  if (made) complain(`A new master key was made in ${made}: back it up, apart from the data.`);
  const { platform, close } = await compose(settings, master, loggerOf(settings));
  const bar = process.stderr.isTTY
    ? new SingleBar({ format: 'importing {bar} {value}/{total} streams, {eta} s left', stream: process.stderr }, Presets.shades_classic)
    : undefined;
  try {
    const importer = new RosterImporter(platform.store, platform.runner, systemClock, settings.zone);
    const id = newId<ImportId>();
    bar?.start(1, 0);
    const report = await importer.run({ import: id, files, dryRun, by: 'system', correlationId: id }, (done, total) => {
      bar?.setTotal(total);
      bar?.update(done);
    });
    bar?.stop();
    print(report);
  } finally {
    bar?.stop();
    await close();
  }
}

/** `npm run roster -- import DIR [--dry-run]` */
void runMain(async (settings) => {
  const program = new Command('roster').description('Imports a OneRoster 1.1 or 1.2 set of CSV files.');
  program
    .command('import <folder>')
    .option('--dry-run', 'say what would happen and record nothing')
    .action((folder: string, { dryRun }: { dryRun?: boolean }) => importFolder(settings, folder, dryRun === true));
  await program.parseAsync(process.argv);
  return undefined;
});
