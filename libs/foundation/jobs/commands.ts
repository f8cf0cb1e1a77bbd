import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { id, isUuid } from '@foundation/kernel';
import { type DeadJob, type JobId, type JobQueue, QueueUnavailable, RedisUnfit } from './port';

interface Output {
  write(text: string): unknown;
}

const MOST = 10_000;

function jobId(text: string): JobId {
  if (!isUuid(text)) throw new InvalidArgumentError('Take an id from the list.');
  return id<JobId>(text);
}

/** `list | retry | drop` on the dead of a queue. Answers the exit code: 1 when there is no such dead job, or no queue. */
export async function runJobsCommand(
  argv: readonly string[],
  environment: NodeJS.ProcessEnv,
  open: (url: string) => Promise<Pick<JobQueue, 'dead' | 'retry' | 'drop' | 'close'>>,
  out: Output,
): Promise<number> {
  const say = (line: string): void => void out.write(`${line}\n`);
  let code = 0;
  const where = new Option('--redis <url>', 'where Redis is: redis://[user:password@]host:port (or THROUGHLINE_REDIS)');
  const on = async (options: { readonly redis?: string }, act: (queue: Awaited<ReturnType<typeof open>>) => Promise<number>) => {
    const url = options.redis ?? environment.THROUGHLINE_REDIS;
    if (url === undefined) throw new QueueUnavailable('Say where Redis is: --redis redis://host:port, or THROUGHLINE_REDIS.');
    const queue = await open(url);
    try {
      code = await act(queue);
    } finally {
      await queue.close();
    }
  };
  const program = new Command('jobs')
    .description('Jobs whose every try has failed: look at them, try them again, forget them')
    .exitOverride()
    .configureOutput({ writeOut: (text) => void out.write(text), writeErr: (text) => void out.write(text) });
  program
    .command('list')
    .description('One line for each dead job, the newest first')
    .addOption(where)
    .action((options: { redis?: string }) => on(options, async (queue) => listed(await queue.dead(MOST), say)));
  for (const [name, described, act, done] of [
    ['retry', 'Tries dead jobs again, from their first try on', 'retry', 'is tried again'],
    ['drop', 'Forgets dead jobs; what they were for stays in the log and is asked for again', 'drop', 'is dropped'],
  ] as const) {
    program
      .command(name)
      .description(described)
      .argument('[id...]', 'as the list shows them', (text: string, before: readonly JobId[] = []) => [...before, jobId(text)])
      .option('--all', 'every dead job')
      .addOption(where)
      .action((given: readonly JobId[] | undefined, options: { redis?: string; all?: boolean }) => {
        const named = given ?? [];
        if (named.length > 0 === (options.all === true)) throw new CommanderError(1, 'jobs.which', 'Name jobs, or say --all.');
        return on(options, async (queue) => {
          const ids = options.all ? (await queue.dead(MOST)).map((job) => job.id) : named;
          const missing: JobId[] = [];
          for (const one of ids) {
            if (await queue[act](one)) say(`${one} ${done}`);
            else missing.push(one);
          }
          for (const one of missing) say(`${one} is not among the dead`);
          if (options.all && ids.length === 0) say('No dead jobs');
          return missing.length > 0 ? 1 : 0;
        });
      });
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.code === 'jobs.which') say(error.message);
      return error.exitCode;
    }
    if (!(error instanceof QueueUnavailable || error instanceof RedisUnfit)) throw error;
    say(error.message);
    return 1;
  }
  return code;
}

function listed(dead: readonly DeadJob[], say: (line: string) => void): number {
  if (dead.length === 0) say('No dead jobs');
  for (const { id: job, kind, attempts, reason, diedAt, payload } of dead) {
    const about = Object.entries(payload).map(([field, value]) => `${field}=${value}`);
    say(`${job}  ${kind}  ${diedAt}  ${attempts} tries  ${reason}  ${about.join(' ')}`);
  }
  return 0;
}
