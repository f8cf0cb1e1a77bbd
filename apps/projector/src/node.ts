import 'reflect-metadata';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { complain, runClusterMain, say, showProgress } from '@apps/shared';
import type { ClusterSettings } from '@config/cluster-settings';
import { bringBack, checkLog, copyDatabase, digestOfLog, LOG_FILE, promote, reconcile, SqliteEventStore } from '@foundation/event-store';
import { EventStoreDbEventStore } from '@foundation/event-store/eventstoredb';
import type { Position } from '@foundation/kernel';
import { DATA, OperationRefused } from '@foundation/operations';
import { ErasureRegister } from '@foundation/privacy';
import { servedDigests } from '@foundation/view-store';
import { nodesCommands } from './nodes';

type Work = (settings: ClusterSettings) => Promise<number>;

/** `npm run node -- seed|digest|reconcile|promote`: what an operator does with a node's copy of the log. */
void runClusterMain(async (settings) => (await chosen())(settings));

async function chosen(): Promise<Work> {
  let work: Work = async () => 0;
  const program = new Command('node').description(
    'Works on a node’s copy of the log (THROUGHLINE_DATA) and its cluster (THROUGHLINE_EVENTSTORE).',
  );
  program
    .command('seed')
    .description('begins this node with a copy of another one’s log: quicker than from nothing. The other may go on meanwhile')
    .argument('<folder>', 'data folder of the other node')
    .action((from: string) => void (work = (settings) => seed(from, settings)));
  program
    .command('digest')
    .description('digests of the log and the served views: equal on every node that has reached the same position')
    .addOption(new Option('--until <position>', 'of the log up to here').argParser(positionIn))
    .action(({ until }: { until?: Position }) => void (work = (settings) => digest(settings, until)));
  program
    .command('reconcile')
    .description('what this node has that the server lacks, after the server was restored to an earlier point')
    .option('--bring-back', 'append it to the server, at its own revisions and with its own ids', false)
    .action(({ bringBack: back }: { bringBack: boolean }) => void (work = (settings) => reconciled(settings, back)));
  program
    .command('promote')
    .description('moves a standalone record (THROUGHLINE_DATA, its service stopped) into an empty event store; cut short, run it again')
    .action(() => void (work = promoted));
  nodesCommands(program, (one) => void (work = one));
  await program.parseAsync();
  return work;
}

function positionIn(text: string): Position {
  if (!/^\d{1,19}$/.test(text)) throw new InvalidArgumentError('Name a position, a whole number.');
  return BigInt(text);
}

async function seed(from: string, { data }: ClusterSettings): Promise<number> {
  if (!existsSync(join(from, LOG_FILE)))
    throw new OperationRefused(`There is no ${LOG_FILE} in ${from}. Name the data folder of another node.`);
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const there = readdirSync(data).filter((name) => name !== DATA.masterKey);
  if (there.length > 0)
    throw new OperationRefused(`${data} is not empty (${there.slice(0, 3).join(', ')} …). A node begins in an empty folder.`);
  const { onProgress, end } = showProgress();
  const file = join(data, LOG_FILE);
  await copyDatabase(join(from, LOG_FILE), file, (done, total) => onProgress('copying the log', done, total)).finally(end);
  new ErasureRegister(join(data, DATA.erasures)).make();
  const { events, head, damage } = checkLog(file, (done, total) => onProgress('reading it whole', done, total));
  end();
  for (const { what } of damage) complain(what);
  say(`${events.toLocaleString('en')} events up to position ${head}. Start this node’s projector: it copies what has come since.`);
  return damage.length > 0 ? 1 : 0;
}

async function digest({ data }: ClusterSettings, until?: Position): Promise<number> {
  const copy = SqliteEventStore.open(data, { mode: 'read' });
  const log = await digestOfLog(copy, until === undefined ? {} : { until });
  say(`log ${copy.logId}  position ${log.position}  ${log.events} events  ${log.digest}`);
  for (const { view, position, digest: rows } of until === undefined ? servedDigests(data) : [])
    say(`view ${view}  position ${position}  ${rows}`);
  await copy.close();
  return 0;
}

async function reconciled({ data, eventStore }: ClusterSettings, back: boolean): Promise<number> {
  const copy = SqliteEventStore.open(data, { mode: 'read' });
  const cluster = EventStoreDbEventStore.attach(eventStore, copy.logId);
  try {
    await cluster.assertSameLog();
    const { common, lacking } = await reconcile(copy, cluster);
    say(`This node and the server agree up to position ${common}. The server lacks ${lacking.length} events that this node has.`);
    for (const { position, meta, stream, revision, type, id } of lacking) {
      say(`  ${position}  ${meta.recordedAt}  ${stream} revision ${revision}  ${type}  ${id}  by ${meta.actor}`);
    }
    if (lacking.length === 0) return 0;
    if (!back) {
      say('Append them to the server with --bring-back.');
      return 1;
    }
    const brought = await bringBack(lacking, cluster);
    const conflicts = brought.filter(({ outcome }) => outcome === 'conflict');
    say(`${brought.length - conflicts.length} were brought back.`);
    for (const { event } of conflicts)
      say(`  left out: ${event.stream} revision ${event.revision} (${event.id}): the stream has gone on without it`);
    say('Now move this node’s folder aside and begin it afresh: its projector alone, or npm run node -- seed.');
    return conflicts.length > 0 ? 1 : 0;
  } finally {
    await cluster.close();
    await copy.close();
  }
}

async function promoted({ data, eventStore }: ClusterSettings): Promise<number> {
  // In write mode: the standalone service must not go on while its record moves.
  const from = SqliteEventStore.open(data, { mode: 'write' });
  try {
    const to = await EventStoreDbEventStore.open(eventStore, { logId: from.logId });
    const { onProgress, end } = showProgress();
    try {
      const moved = await promote(from, to, (done, total) => onProgress('moving', done, total)).finally(end);
      const before = moved.before > 0 ? `, ${moved.before.toLocaleString('en')} of them from before` : '';
      say(`${moved.events.toLocaleString('en')} events are in the event store${before}. Digest of both sides: ${moved.digest}.`);
      say(
        'Begin the nodes in folders of their own, with this master key and this erasures.jsonl. Keep this folder until the district has looked around.',
      );
      return 0;
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
}
