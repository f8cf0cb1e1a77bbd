import { setTimeout as delay } from 'node:timers/promises';
import type { EventStore, StoredEvent } from '@foundation/event-store';
import { START } from '@foundation/kernel';
import { type Cause, type Checkpoint, type Policy, type Turn, TurnLost, type Turns } from './policy';

export interface PolicyRunnerParts {
  /** The node's own log. */
  readonly log: Pick<EventStore, 'logId' | 'head' | 'readAll' | 'readStream'>;
  readonly policies: readonly Policy[];
  readonly turns: Turns;
  /** A policy could not act or read; it tries again by itself. */
  readonly onError: (policy: string, error: unknown) => void;
  /** How often the log is looked at, in milliseconds. */
  readonly everyMs?: number;
  /** When what is not settled is asked for again, in milliseconds: a queue may have been lost. */
  readonly againMs?: number;
}

const PAGE = 500;
const EVERY_MS = 250;
const AGAIN_MS = 60_000;
const FIRST_AGAIN_MS = 1000;

/** Runs policies while it is this process's turn. */
export class PolicyRunner {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly parts: PolicyRunnerParts) {
    const names = parts.policies.map(({ name }) => name);
    if (new Set(names).size < names.length) throw new TypeError(`Two policies have one name: ${names.join(', ')}`);
  }

  start(): void {
    this.running = this.run();
  }

  /** Ends the act under way, gives the turn back. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const stop = this.stopping.signal;
    while (!stop.aborted) {
      try {
        const turn = await this.parts.turns.take(stop);
        if (!turn) return;
        const until = AbortSignal.any([stop, turn.lost]);
        await Promise.all(this.parts.policies.map((policy) => new Following(policy, turn, this.parts).run(until)));
        await turn.end();
      } catch (error) {
        this.parts.onError('turns', error);
        await rest(FIRST_AGAIN_MS, stop);
      }
    }
  }
}

/** One policy during one turn. */
class Following {
  private position = START;
  private readonly open = new Map<string, Cause>();
  /** When an open cause is acted on again, and how long was waited for that; one that is not in here is due. */
  private readonly due = new Map<string, { readonly at: number; readonly waitMs: number }>();

  constructor(
    private readonly policy: Policy,
    private readonly turn: Turn,
    private readonly parts: PolicyRunnerParts,
  ) {}

  async run(until: AbortSignal): Promise<void> {
    const { everyMs = EVERY_MS } = this.parts;
    let begun = false;
    while (!until.aborted) {
      try {
        if (!begun) await this.begin();
        begun = true;
        while ((await this.read(until)) === PAGE && !until.aborted);
        await this.actAgain(until);
      } catch (error) {
        if (error instanceof TurnLost) return;
        this.parts.onError(this.policy.name, error);
        await rest(FIRST_AGAIN_MS, until);
      }
      await rest(everyMs, until);
    }
  }

  private async begin(): Promise<void> {
    const kept = await this.turn.load(this.policy.name);
    if (kept?.logId !== this.parts.log.logId) return;
    this.position = kept.position;
    for (const [key, cause] of kept.open) this.open.set(key, cause);
  }

  /** How many events of the policy were read. What one page opens and settles is not acted on. */
  private async read(until: AbortSignal): Promise<number> {
    const { log } = this.parts;
    const head = await log.head();
    if (head <= this.position) return 0;
    const page = await log.readAll({ after: this.position, limit: PAGE, types: this.policy.types });
    const opened = new Map<string, StoredEvent>();
    for (const event of page) {
      const meaning = this.policy.meaning(event);
      if (!meaning) continue;
      if ('opens' in meaning) {
        opened.set(meaning.opens, event);
        this.open.set(meaning.opens, { stream: event.stream, revision: event.revision });
      } else {
        opened.delete(meaning.settles);
        this.forget(meaning.settles);
      }
    }
    const last = page.at(-1)?.position ?? this.position;
    // Nothing of the policy's stands between its last event and the head as it was before.
    this.position = page.length < PAGE && head > last ? head : last;
    // First what must happen is written down, then it happens: a death in between repeats, and forgets nothing.
    if (page.length > 0) await this.save();
    for (const [key, event] of opened) await this.act(key, event, until);
    return page.length;
  }

  private async actAgain(until: AbortSignal): Promise<void> {
    for (const [key, { stream, revision }] of [...this.open]) {
      if (performance.now() < (this.due.get(key)?.at ?? 0)) continue;
      const [cause] = await this.parts.log.readStream(stream, revision);
      if (cause?.revision === revision) await this.act(key, cause, until);
      else this.forget(key);
    }
  }

  private async act(key: string, cause: StoredEvent, until: AbortSignal): Promise<void> {
    if (until.aborted) return;
    const { againMs = AGAIN_MS } = this.parts;
    let waitMs = againMs;
    try {
      await this.policy.act(cause);
    } catch (error) {
      this.parts.onError(this.policy.name, error);
      waitMs = Math.min(againMs, 2 * (this.due.get(key)?.waitMs ?? FIRST_AGAIN_MS / 2));
    }
    this.due.set(key, { at: performance.now() + waitMs, waitMs });
  }

  private forget(key: string): void {
    this.open.delete(key);
    this.due.delete(key);
  }

  private save(): Promise<void> {
    const checkpoint: Checkpoint = { logId: this.parts.log.logId, position: this.position, open: this.open };
    return this.turn.save(this.policy.name, checkpoint);
  }
}

async function rest(ms: number, until: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal: until }).catch(() => undefined);
}
