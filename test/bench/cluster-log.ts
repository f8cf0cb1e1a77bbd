import type { LogLoad, LogMeasured } from './log-work';
import type { Copied } from './mirror-work';
import type { ClusterMeasure } from './cluster-bench';
import { Started } from './processes';
import { atLeast, count, median, ms, type Row } from './table';

/** The client alone and the adapter, turn by turn; figures are medians, the ratio that of each turn. */
async function compare(load: Omit<LogLoad, 'by'>, rounds: number) {
  const [ours, bare, ratios]: [LogMeasured[], LogMeasured[], number[]] = [[], [], []];
  const run = (by: LogLoad['by']) => Started.script('log-work.ts', JSON.stringify({ ...load, by })).result<LogMeasured>();
  for (let round = 0; round < rounds; round++) {
    const [theirRound, ourRound] =
      round % 2 === 0
        ? [await run('bare'), await run('ours')]
        : (
            await inOrder(
              () => run('ours'),
              () => run('bare'),
            )
          ).reverse();
    if (!theirRound || !ourRound) throw new TypeError('Both have run');
    bare.push(theirRound);
    ours.push(ourRound);
    ratios.push(ourRound.perSecond / theirRound.perSecond);
  }
  const middle = (of: readonly LogMeasured[]) => ({
    perSecond: median(of.map(({ perSecond }) => perSecond)),
    times: `p50 ${ms(median(of.map(({ p50 }) => p50)))}, p99 ${ms(median(of.map(({ p99 }) => p99)))}`,
  });
  return { ours: middle(ours), bare: middle(bare), ratio: median(ratios) };
}

export const appends: ClusterMeasure = async ({ eventStore: url, timing: { rounds, seconds } }) => {
  const rows: Row[] = [];
  for (const inFlight of [1, 10, 50, 100]) {
    const { ours, bare, ratio } = await compare({ url, kind: 'appends', inFlight, seconds }, rounds);
    rows.push({
      what: `appends through the adapter, ${inFlight} in flight`,
      measured: `${count(ours.perSecond)}/s, ${ours.times}`,
      against: `the client’s batch call ${count(bare.perSecond)}/s, ${bare.times}`,
      aim: '≥ 0.9',
      ...atLeast(ratio, 0.9),
      limit:
        inFlight === 1
          ? 'latency: the server’s flush to disk, and the way there and back'
          : 'the server’s one writer, and gRPC on the one thread here',
    });
  }
  return rows;
};

export const commands: ClusterMeasure = async ({ eventStore: url, timing: { rounds, seconds } }) => {
  const { ours, bare, ratio } = await compare({ url, kind: 'commands', inFlight: 10, seconds }, rounds);
  return [
    {
      what: 'commands on a stream of 30 events, 10 in flight',
      measured: `${count(ours.perSecond)}/s, ${ours.times}`,
      against: `the client’s load and append ${count(bare.perSecond)}/s, ${bare.times}`,
      aim: '≥ 2',
      ...atLeast(ratio, 2),
      limit: 'the append: thirty events are read and opened from the node’s own copy meanwhile, none remembered',
    },
  ];
};

export const mirror: ClusterMeasure = async ({ eventStore: url, timing: { rounds } }) => {
  const [ours, bare]: [Copied[], Copied[]] = [[], []];
  const run = (kind: 'bare' | 'mirror') => Started.script('mirror-work.ts', kind, url).result<Copied>();
  for (let round = 0; round < rounds; round++) {
    bare.push(await run('bare'));
    ours.push(await run('mirror'));
  }
  const rate = (of: readonly Copied[]) => median(of.map(({ perSecond }) => perSecond));
  const micros = (of: readonly Copied[]) => count(median(of.map((one) => one.micros)));
  const [{ events = 0, bytes = 0 } = {}] = ours;
  return [
    {
      what: `mirror of ${count(events)} events from nothing`,
      measured: `${count(rate(ours))} events/s, ${count(bytes)} bytes each in the copy`,
      against: `the bare subscription ${count(rate(bare))} events/s`,
      aim: '≥ 0.9',
      ...atLeast(median(ours.map(({ perSecond }, round) => perSecond / (bare[round]?.perSecond ?? Number.NaN))), 0.9),
      limit: `processor: ${micros(ours)} µs an event with its row, four index entries and flushes; the subscription alone ${micros(bare)} µs`,
    },
  ];
};

async function inOrder<T>(first: () => Promise<T>, second: () => Promise<T>): Promise<T[]> {
  return [await first(), await second()];
}
