import { Command, Option } from 'commander';
import { keysStatus, rotateMasterKey } from '@foundation/operations';
import type { Settings } from '@config/settings';
import { runMain, say, showProgress, systemClock } from '@apps/shared';

/** 1 when something must be done before the service can start. */
async function status({ data }: Settings): Promise<number> {
  const { present, source, wrappedBy, destroyed, unfinished, registered } = await keysStatus({ data, environment: process.env });
  const where = source === 'file' ? `${data}/master.key` : 'THROUGHLINE_MASTER_KEY';
  say(
    present
      ? `master key ${present.id}, in ${where}`
      : `master key missing: put master.key back into ${data}, or set THROUGHLINE_MASTER_KEY`,
  );
  for (const [key, count] of wrappedBy) say(`${count} keys wrapped by master key ${key}`);
  say(`${destroyed} keys destroyed, ${registered} people in the erasure register`);
  const others = [...wrappedBy.keys()].filter((key) => key !== present?.id);
  if (unfinished || wrappedBy.size > 1) say('A change of the master key was not finished: npm run keys -- rotate goes on with it.');
  else if (others.length > 0) say('This master key is not the one of this record.');
  return !present || unfinished || others.length > 0 ? 1 : 0;
}

interface OfCluster {
  readonly eventstore?: string;
  readonly exports?: string;
}

/** With a connection: the keys of that cluster, whose nodes are all stopped; `data` is the folder of the node that has the master key. */
async function rotate({ data }: Settings, { eventstore, exports }: OfCluster): Promise<number> {
  const { onProgress, end } = showProgress();
  const folders = { data, ...(exports !== undefined && { exportsFolder: exports }) };
  const opened = eventstore === undefined ? undefined : await (await import('./open-cluster')).openCluster(eventstore, folders);
  const change = { data, environment: process.env, clock: systemClock, onProgress, ...opened };
  const { from, to, wrapped, file } = await rotateMasterKey(change).finally(async () => {
    end();
    await opened?.cluster.close();
  });
  say(`${wrapped} keys are wrapped by the new master key ${to}; master key ${from} opens nothing of this record any more.`);
  say(
    file ? `Back up ${file} now, apart from the data.` : 'Set THROUGHLINE_MASTER_KEY to the new key and unset THROUGHLINE_NEXT_MASTER_KEY.',
  );
  say(`Backups taken until now still need master key ${from}: keep its copy as long as you keep them. Take a new backup.`);
  return 0;
}

/** `npm run keys -- status | rotate` */
void runMain(async (settings) => {
  let code = 0;
  const program = new Command('keys').description('The master key, which wraps the key of every person.');
  program
    .command('status')
    .description('which master key is in place and what it opens; beside a running service or without one')
    .action(async () => void (code = await status(settings)));
  program
    .command('rotate')
    .description('make a new master key and wrap every key by it; the service must be stopped. Cut short, it goes on when run again')
    .addOption(
      new Option('--eventstore <url>', 'of a cluster, all nodes of which are stopped; then put the new master key on every node').env(
        'THROUGHLINE_EVENTSTORE',
      ),
    )
    .addOption(
      new Option('--exports <folder>', 'of a cluster: the folder that its nodes share; rosters that wait there are sealed anew').env(
        'THROUGHLINE_EXPORTS',
      ),
    )
    .action(async (ofCluster: OfCluster) => void (code = await rotate(settings, ofCluster)));
  await program.parseAsync(process.argv);
  return code;
});
