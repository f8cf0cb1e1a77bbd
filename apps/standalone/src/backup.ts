import { Command } from 'commander';
import { takeBackup } from '@foundation/operations';
import { masterKeyOf, RELEASE, runMain, say, showProgress, systemClock, viewSet } from '@apps/shared';

/** `npm run backup -- DIR`: beside a running service or without one. */
void runMain(async (settings) => {
  const program = new Command('backup')
    .description('Copies the record, beside a running service, into an empty folder and proves the copy. The master key is not in it.')
    .argument('<folder>', 'empty, or not there yet')
    .parse();
  const to = program.processedArgs[0] as string;
  const { master } = masterKeyOf(settings.data, process.env, { make: false });
  const { onProgress, end } = showProgress();
  const taken = await takeBackup({ data: settings.data, to, master, viewSet, clock: systemClock, version: RELEASE, onProgress }).finally(
    end,
  );
  const { log, keys, views, files } = taken;
  say(`Backed up to ${to}: ${log.events.toLocaleString('en')} events up to position ${log.position}, ${Object.keys(files).length} files.`);
  say(
    `Proved: every event's checksum, ${keys.present} keys opened by master key ${keys.masterKey} (${keys.destroyed} destroyed), ` +
      `${views.rows.toLocaleString('en')} rows of views built from it.`,
  );
  say(`The master key is not in it: keep it apart. Without master key ${keys.masterKey} this backup cannot be read.`);
  return undefined;
});
