import { type LocalDate, newId } from '@foundation/kernel';
import { runJobsCommand } from './commands';
import { InProcessJobQueue } from './in-process';
import { defineJob, Hopeless, jobIdOf, QueueUnavailable } from './port';

const kind = defineJob<{ on: LocalDate }>({ name: 'toy.sort', queue: 'toys', attempts: 1, backoffMs: 1, concurrency: 1 });
const payload = { on: '2026-03-03' as LocalDate };

describe('npm run jobs', () => {
  let queue: InProcessJobQueue;
  let broken: boolean;
  let asked: string[];
  beforeEach(async () => {
    [broken, asked] = [true, []];
    queue = new InProcessJobQueue([kind]);
    queue.handle(kind, async () => {
      if (broken) throw new Hopeless();
    });
    await queue.start();
  });
  afterEach(() => queue.close());

  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const dying = async () => {
    const job = jobIdOf(kind, newId());
    await queue.enqueue(kind, job, payload);
    await settled();
    return job;
  };
  const run = async (
    line: string,
    environment = {},
    open = async (url: string) => (asked.push(url), { ...bound(), close: async () => undefined }),
  ) => {
    let text = '';
    const code = await runJobsCommand(line.split(' '), environment, open, { write: (piece) => (text += piece) });
    return { code, text };
  };
  const bound = () => ({
    dead: (limit?: number) => queue.dead(limit),
    retry: queue.retry.bind(queue),
    drop: queue.drop.bind(queue),
  });

  it('lists the dead, by --redis or THROUGHLINE_REDIS', async () => {
    expect(await run('list --redis redis://here')).toEqual({ code: 0, text: 'No dead jobs\n' });
    const job = await dying();
    const { code, text } = await run('list', { THROUGHLINE_REDIS: 'redis://there' });
    expect([code, asked]).toEqual([0, ['redis://here', 'redis://there']]);
    expect(text).toMatch(new RegExp(`^${job}  toy.sort  20.*Z  1 tries  Hopeless  on=2026-03-03\n$`));
  });

  it('tries one again', async () => {
    const job = await dying();
    broken = false;
    expect(await run(`retry ${job} --redis redis://x`)).toEqual({ code: 0, text: `${job} is tried again\n` });
    await settled();
    expect(await queue.status(kind, job)).toMatchObject({ state: 'done' });
  });

  it('drops all, or those that are named', async () => {
    const [first] = [await dying(), await dying(), await dying()];
    expect(await run(`drop ${first} --redis redis://x`)).toEqual({ code: 0, text: `${first} is dropped\n` });
    expect((await run('drop --all --redis redis://x')).text.match(/is dropped/g)).toHaveLength(2);
    expect(await queue.dead()).toEqual([]);
    expect(await run('drop --all --redis redis://x')).toEqual({ code: 0, text: 'No dead jobs\n' });
  });

  it('says what is not among the dead, what it does not understand, and that no queue answers', async () => {
    const job = jobIdOf(kind, newId());
    expect(await run(`retry ${job} --redis redis://x`)).toEqual({ code: 1, text: `${job} is not among the dead\n` });
    expect(await run('retry --redis redis://x')).toEqual({ code: 1, text: 'Name jobs, or say --all.\n' });
    expect(await run(`drop ${job} --all --redis redis://x`)).toEqual({ code: 1, text: 'Name jobs, or say --all.\n' });
    expect((await run('retry 4711 --redis redis://x')).text).toContain('Take an id from the list.');
    expect((await run('list')).text).toContain('--redis redis://host:port, or THROUGHLINE_REDIS');
    const away = await run('list --redis redis://x', {}, () => Promise.reject(new QueueUnavailable('No Redis answers')));
    expect(away).toEqual({ code: 1, text: 'No Redis answers\n' });
  });
});
