import { StoreUnavailable } from '@foundation/event-store';
import { EventStoreDbEventStore } from '@foundation/event-store/eventstoredb';
import { START } from '@foundation/kernel';
import { type Fault, StandInCluster } from '../faults/stand-in';
import { newStream, sealedEvents } from './sealed-events';

/**
 * Writers and a reader on a stand-in that fails in every way, one after another; writes one line of JSON: what was asked, answered, and is
 * missing or doubled in the end. A rejection that nobody handles ends this process with another code than 0.
 */
const FAULTS: readonly Fault[] = [
  { kind: 'twice' },
  { kind: 'silent' },
  { kind: 'half-close' },
  { kind: 'unavailable' },
  { kind: 'not-ready' },
  { kind: 'not-leader' },
  { kind: 'delay', ms: 30 },
  { kind: 'lose-answer', by: 'cut' },
  { kind: 'lose-answer', by: 'unavailable' },
  { kind: 'lose-answer', by: 'silence' },
];
const WRITERS = 16;
const later = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function main(): Promise<void> {
  const cluster = await StandInCluster.start(1);
  const [node] = cluster.nodes;
  const store = await EventStoreDbEventStore.open(cluster.connectionString, { patience: { answerMs: 60, wholeMs: 1500, watchMs: 100 } });
  const counts = { asked: 0, answered: 0, unavailable: 0 };
  const acknowledged = new Set<string>();
  const seen = new Map<string, number>();
  const subscription = store.subscribe(START, (delivery) => {
    if (delivery.kind === 'event') seen.set(delivery.event.id, (seen.get(delivery.event.id) ?? 0) + 1);
  });
  let going = true;
  const writers = Array.from({ length: WRITERS }, async () => {
    while (going) {
      const events = sealedEvents(2);
      counts.asked++;
      try {
        await store.append(newStream(), 'no-stream', events);
        counts.answered++;
        for (const { id } of events) acknowledged.add(id);
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error;
        counts.unavailable++;
      }
    }
  });
  for (const fault of [...FAULTS, ...FAULTS]) {
    node?.faults.set(fault);
    await later(150);
    node?.faults.clear();
    await node?.restart();
    await later(50);
  }
  going = false;
  await Promise.all(writers);
  const wanted = cluster.log.events.filter(({ type }) => type === 'test.happened').map(({ id }) => id);
  for (let waited = 0; seen.size < wanted.length && waited < 10_000; waited += 10) await later(10);
  subscription.stop();
  await subscription.ended;
  await store.close();
  await cluster.stop();
  const there = new Set(wanted);
  const missing = [...acknowledged].filter((id) => !there.has(id)).length;
  const doubled = wanted.length - there.size + [...seen.values()].filter((times) => times > 1).length;
  const undelivered = wanted.filter((id) => !seen.has(id)).length;
  process.stdout.write(JSON.stringify({ ...counts, missing, doubled, undelivered }));
}

void main();
