import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';
import { restoreBackup } from '@foundation/operations';
import { complain, masterKeyOf, runMain, say, showProgress, systemClock, viewSet } from '@apps/shared';

/** On a terminal the newest register is asked for; elsewhere its absence is said. */
async function newestRegister(given: string | undefined): Promise<string | undefined> {
  if (given !== undefined) return given;
  if (!process.stdin.isTTY) {
    complain(
      'No --register was given: people who were erased after this backup was taken become readable again. If the lost folder or a later ' +
        'backup still has an erasures.jsonl, put it in the data folder in place of the one there before you start the service.',
    );
    return undefined;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(
    'The newest erasures.jsonl, from the lost folder or a later backup (Enter: there is none newer): ',
  );
  terminal.close();
  return answer.trim() === '' ? undefined : answer.trim();
}

/** `npm run restore -- DIR [--register FILE]`: into the empty data folder of the settings. */
void runMain(async (settings) => {
  const program = new Command('restore')
    .description('Puts a backup into the empty data folder (THROUGHLINE_DATA) and proves it there.')
    .argument('<folder>', 'a backup')
    .option('--register <file>', 'the newest erasures.jsonl: who is in it and was erased after the backup is erased again')
    .parse();
  const from = program.processedArgs[0] as string;
  const { master } = masterKeyOf(settings.data, process.env, { make: false });
  const { register } = program.opts<{ register?: string }>();
  const { onProgress, end } = showProgress();
  const restored = await restoreBackup({
    from,
    data: settings.data,
    master,
    viewSet,
    clock: systemClock,
    newestRegister: () => newestRegister(register),
    onProgress,
  }).finally(end);
  const { log, takenAt } = restored.manifest;
  say(
    `Restored into ${settings.data}: ${log.events.toLocaleString('en')} events up to position ${log.position}, as they were at ${takenAt}.`,
  );
  if (restored.erasedAgain > 0) say(`Erased again, for they were erased after the backup was taken: ${restored.erasedAgain}.`);
  say('Proved: the files, the log, every key; the views are built. npm start serves it.');
  return undefined;
});
