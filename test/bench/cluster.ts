import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import type { ClusterMeasure } from './cluster-bench';
import { jobs } from './cluster-jobs';
import { appends, commands, mirror } from './cluster-log';
import { nodes } from './cluster-nodes';
import { Districts } from './district';
import { ROOT, Started } from './processes';
import { type Row, table } from './table';

/** In this order: the later ones write what no node understands. */
const MEASURES: Readonly<Record<string, ClusterMeasure>> = { nodes, mirror, appends, commands, jobs };

interface Options {
  readonly eventstore: string;
  readonly redis?: string;
  readonly quick?: boolean;
  readonly only: readonly string[];
}

/** `npm run bench:cluster`: one machine, one server, one run; a table for people, then one line of JSON. */
async function main(): Promise<void> {
  const names = Object.keys(MEASURES);
  const {
    eventstore,
    redis,
    quick = false,
    only,
  } = new Command('bench:cluster')
    .description('Measures the cluster’s shape against the bare client of a real server. Quote ratios: figures are of this machine, now.')
    .requiredOption('--eventstore <url>', 'an EMPTY event store for this run alone: it is filled')
    .option('--redis <url>', 'for the jobs: append-only file on, noeviction; without it they are left out')
    .option('--quick', 'short rounds and a small district: to see that it works, not to quote', false)
    .addOption(new Option('--only <row...>', `of ${names.join(', ')}`).choices(names).default(names, 'all'))
    .parse()
    .opts<Options>();
  const folder = mkdtempSync(join(tmpdir(), 'throughline-bench-'));
  const rows: Row[] = [];
  try {
    const district = await new Districts(folder).demo(120, quick ? 5 : 30);
    rows.push(await promote(district, eventstore));
    const timing = quick ? { rounds: 1, warmUpSeconds: 1, seconds: 3 } : { rounds: 3, warmUpSeconds: 1, seconds: 3 };
    const bench = { eventStore: eventstore, ...(redis !== undefined && { redis }), folder, district, quick, timing };
    for (const name of only) {
      process.stderr.write(`measuring ${name} …\n`);
      const measured = (await MEASURES[name]?.(bench)) ?? [];
      rows.push(...measured);
      for (const { what, measured: figure, against } of measured) process.stderr.write(`  ${what}: ${figure} ${against}\n`);
    }
  } finally {
    rmSync(folder, { recursive: true });
    // What was measured before a failure took its time too.
    process.stdout.write(
      `${table(rows)}\n${JSON.stringify({ node: process.version, cores: cpus().length, cpu: cpus()[0]?.model, quick, rows })}\n`,
    );
  }
}

/** Moves the district into the event store, as an operator does. @throws Error when it is not empty: nothing is measured on anybody's record */
async function promote(district: string, eventStore: string): Promise<Row> {
  process.stderr.write('moving the district into the event store …\n');
  const started = performance.now();
  const environment = { THROUGHLINE_DATA: district, THROUGHLINE_EVENTSTORE: eventStore };
  const moving = Started.node([join(ROOT, 'dist/apps/projector/src/node.js'), 'promote'], environment);
  const events = Number((await moving.says(/([\d,]+) events are in the event store/)).replaceAll(',', ''));
  const seconds = (performance.now() - started) / 1000;
  return {
    what: `promotion of ${events.toLocaleString('en')} events`,
    measured: `${seconds.toFixed(1)} s, ${Math.round(events / seconds).toLocaleString('en')} events/s`,
    against: '',
    aim: '',
    limit: 'one append for each record, 64 on their way, and a digest of both sides',
  };
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
