import type { ClusterMeasure } from './cluster-bench';
import { Started } from './processes';
import { atLeast, count, median } from './table';

export const jobs: ClusterMeasure = async ({ redis, quick, timing: { rounds } }) => {
  if (redis === undefined) return [];
  const number = quick ? 2000 : 10_000;
  const [ours, bare]: [number[], number[]] = [[], []];
  const run = (by: 'bare' | 'ours') => Started.script('job-work.ts', by, redis, String(number)).result<number>();
  for (let round = 0; round < rounds; round++) {
    bare.push(await run('bare'));
    ours.push(await run('ours'));
  }
  return [
    {
      what: `${count(number)} jobs, enqueued and done`,
      measured: `${count(median(ours))}/s`,
      against: `bare BullMQ ${count(median(bare))}/s`,
      aim: '≥ 0.85',
      ...atLeast(median(ours.map((one, round) => one / (bare[round] ?? Number.NaN))), 0.85),
      limit: 'BullMQ’s scripts in Redis and its client on the one thread; the append-only file of Redis',
    },
  ];
};
