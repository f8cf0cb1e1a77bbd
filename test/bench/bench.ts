import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { Districts } from './district';
import { MEASURES } from './rows';
import { type Row, table } from './table';

interface Options {
  readonly quick?: boolean;
  readonly only: readonly string[];
  readonly folder?: string;
}

/** `npm run bench`: one machine, one run; a table for people, then one line of JSON. */
async function main(): Promise<void> {
  const names = Object.keys(MEASURES);
  const {
    quick = false,
    only,
    folder,
  } = new Command('bench')
    .description('Measures the service against what the machine can do without it. Quote ratios: figures are of this machine, now.')
    .option('--quick', 'short rounds and small districts: to see that it works, not to quote', false)
    .addOption(new Option('--only <row...>', `of ${names.join(', ')}`).choices(names).default(names, 'all'))
    .option('--folder <dir>', 'keep the filled districts there for the next run')
    .parse()
    .opts<Options>();
  const scratch = folder === undefined ? mkdtempSync(join(tmpdir(), 'throughline-bench-')) : resolve(folder);
  mkdirSync(scratch, { recursive: true });
  const bench = { districts: new Districts(scratch), folder: scratch, quick };
  const rows: Row[] = [];
  try {
    for (const name of only) {
      process.stderr.write(`measuring ${name} …\n`);
      rows.push(...((await MEASURES[name]?.(bench)) ?? []));
    }
  } finally {
    if (folder === undefined) rmSync(scratch, { recursive: true });
  }
  process.stdout.write(
    `${table(rows)}\n${JSON.stringify({ node: process.version, cores: cpus().length, cpu: cpus()[0]?.model, quick, rows })}\n`,
  );
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
