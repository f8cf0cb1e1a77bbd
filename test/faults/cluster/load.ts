import { commandIdOf } from '@foundation/http';
import { type CommandId, eventIdOf, id } from '@foundation/kernel';
import { Client, uuid } from '../../support/client';
import { pause } from '../../support/commands';
import { countOf, signIn } from '../../support/district';
import { type ClusterNode, MORNING } from './cluster-node';
import type { District } from './district';

const PEOPLE = { aide: 'quillfeather', manager: 'tarrow', therapist: 'solace' } as const;
type Person = keyof typeof PEOPLE;
type Kind = 'observation' | 'entry' | 'session' | 'plan' | 'team';

/** A write that was sent, perhaps several times. */
export interface Sent {
  readonly kind: Kind;
  /** The id that its event has by law: derived from the command's. */
  readonly event: string;
  /** The record's own id; of a command, its Idempotency-Key. */
  readonly id: string;
}

interface Write extends Sent {
  readonly person: Person;
  readonly path: string;
  readonly body: unknown;
  readonly headers: Record<string, string>;
}

/** A tablet gives a request up after so long, and sends it again. */
const PATIENCE_MS = 5000;
const AGAIN_MS = 20;
const DAY_MS = 86_400_000;
/** After these answers, and after none, the same is sent again: nobody knows what became of it, or others were at it at the same time. */
const AGAIN = (status: number, body: Body) => [0, 408, 503].includes(status) || body.type === '/problems/changed-meanwhile';

interface Body {
  readonly type?: string;
  readonly position?: string;
  /** Of a batch. */
  readonly results?: readonly { readonly result: string }[];
}

/**
 * A mixed load on all nodes of a cluster, each write with an id of its own. One whose answer is lost or says "not now" is sent again with the
 * same id, each time to another node, until it is acknowledged.
 */
export class Load {
  readonly sent = new Map<string, Sent>();
  /** By the id of its event, the position that was answered. */
  readonly acknowledged = new Map<string, { readonly write: Sent; readonly position: string }>();
  /** Since the load last began. */
  private before = { sent: 0, acknowledged: 0 };
  /** How often something had to be sent again, by the status of the answer; 0 is none. */
  readonly again = new Map<number, number>();
  private readonly clients = new Map<string, Promise<Client>>();
  private readonly waiting: { readonly since: number; readonly done: () => void }[] = [];
  private tablets: Promise<unknown> = Promise.resolve();
  private ending = false;
  private abandoned = false;
  private made = 0;
  private failure: Error | undefined;

  constructor(
    private readonly nodes: readonly ClusterNode[],
    private readonly district: District,
  ) {}

  /** What was sent and acknowledged since the load last began. */
  get figures(): { readonly sent: number; readonly acknowledged: number } {
    return { sent: this.sent.size - this.before.sent, acknowledged: this.acknowledged.size - this.before.acknowledged };
  }

  get all(): { readonly sent: number; readonly acknowledged: number } {
    return { sent: this.sent.size, acknowledged: this.acknowledged.size };
  }

  /** The furthest position that was acknowledged since the load last began. */
  get reached(): string {
    const place = (position: string) => Number(position.split('.').at(-1));
    const since = [...this.acknowledged.values()].slice(this.before.acknowledged).map(({ position }) => position);
    return since.reduce((a, b) => (place(a) > place(b) ? a : b));
  }

  /** Starts so many tablets; each has one write under way. */
  begin(tablets = 8): this {
    this.ending = this.abandoned = false;
    this.before = { sent: this.sent.size, acknowledged: this.acknowledged.size };
    this.again.clear();
    this.tablets = Promise.all(Array.from({ length: tablets }, (_, n) => this.tablet(n))).catch((error: unknown) => {
      this.failure = error instanceof Error ? error : new Error(String(error));
      for (const { done } of this.waiting.splice(0)) done();
    });
    return this;
  }

  /** Makes nothing new, and resolves when all that was sent is acknowledged. */
  async end(): Promise<void> {
    this.ending = true;
    await this.tablets;
    this.throwFailure();
  }

  /** Sends so many observations at once to a node, again and again until each of them is acknowledged. */
  async batch(node: ClusterNode, count: number): Promise<void> {
    const records = Array.from({ length: count }, () => countOf(this.district, MORNING));
    const writes = records.map((body): Write => this.record('observation', 'aide', 'records', body));
    for (const write of writes) this.sent.set(write.event, write);
    const body = { records: records.map((record) => ({ kind: 'observation', ...record })) };
    const [some] = writes;
    if (!some) return;
    for (;;) {
      const answer = await this.attempt({ ...some, body }, node);
      const results = answer.body.results ?? [];
      if (answer.status === 200 && results.every(({ result }) => result !== 'refused')) {
        for (const write of writes) this.acknowledged.set(write.event, { write, position: answer.body.position ?? '' });
        return;
      }
      await pause(AGAIN_MS);
    }
  }

  /** Sends nothing more, acknowledged or not. */
  abandon(): void {
    this.ending = true;
    this.abandoned = true;
  }

  /** Resolves with the milliseconds until so many more are acknowledged. */
  async more(count = 1): Promise<number> {
    const begun = performance.now();
    if (!this.failure) await new Promise<void>((done) => this.waiting.push({ since: this.acknowledged.size + count, done }));
    this.throwFailure();
    return performance.now() - begun;
  }

  idsOf(kind: Kind): readonly string[] {
    return [...this.sent.values()].filter((write) => write.kind === kind).map((write) => write.id);
  }

  private throwFailure(): void {
    if (this.failure) throw this.failure;
  }

  private async tablet(first: number): Promise<void> {
    for (let node = first; !this.ending; node++) {
      if (this.failure) return;
      const write = this.next();
      this.sent.set(write.event, write);
      await this.untilAcknowledged(write, node);
    }
  }

  private async untilAcknowledged(write: Write, first: number): Promise<void> {
    for (let node = first; !this.failure && !this.abandoned; node++) {
      const answer = await this.attempt(write, this.nodes[node % this.nodes.length]!);
      if (answer.status === 200 || answer.status === 201) {
        this.acknowledged.set(write.event, { write, position: answer.body.position as string });
        for (const one of [...this.waiting]) {
          if (this.acknowledged.size < one.since) continue;
          this.waiting.splice(this.waiting.indexOf(one), 1);
          one.done();
        }
        return;
      }
      if (!AGAIN(answer.status, answer.body)) {
        throw new Error(`${write.kind} was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
      }
      this.again.set(answer.status, (this.again.get(answer.status) ?? 0) + 1);
      await pause(AGAIN_MS);
    }
  }

  private async attempt(write: Write, node: ClusterNode): Promise<{ readonly status: number; readonly body: Body }> {
    const key = `${node.url} ${write.person}`;
    try {
      let client = this.clients.get(key);
      if (!client) this.clients.set(key, (client = signIn(new Client(node.url), PEOPLE[write.person])));
      const { accessToken } = await client;
      const response = await fetch(`${node.url}/api/v1/${write.path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${accessToken}`, ...write.headers },
        body: JSON.stringify(write.body),
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      // The token is older than the node's clock allows: this person signs in once more.
      if (response.status === 401) this.clients.delete(key);
      return { status: response.status === 401 ? 0 : response.status, body: (await response.json()) as Body };
    } catch {
      // Nothing came, or not all of it; a sign-in that went wrong is tried anew.
      this.clients.delete(key);
      return { status: 0, body: {} };
    }
  }

  private next(): Write {
    const { district } = this;
    const made = this.made++;
    const { student, plan } = district;
    const of = { id: uuid(), student, plan };
    switch (made % 10) {
      case 3:
      case 6: {
        const where = { accommodation: district.accommodation, class: district.class, on: MORNING.slice(0, 10) };
        return this.record('entry', 'aide', 'accommodation-entries', { ...of, ...where, state: { kind: 'provided', outcome: 'used' } });
      }
      case 5: {
        const start = `2027-03-0${1 + (made % 5)}T09:${String(made % 60).padStart(2, '0')}:00-05:00`;
        const outcome = { kind: 'missed', plannedStart: start, plannedSeconds: 1800, reason: 'student-absent', familyTold: true };
        return this.record('session', 'therapist', 'sessions', { ...of, service: district.service, outcome });
      }
      case 8:
        return this.command('plan', `plans/${district.draft}/present-levels`, { presentLevels: `As seen ${made} times.` });
      case 9: {
        const day = new Date(Date.parse('2027-04-01') + made * DAY_MS).toISOString().slice(0, 10);
        return this.command('team', `students/${student}/team`, { staff: district.helper, role: 'aide', from: day, to: day });
      }
      default:
        return this.record('observation', 'aide', 'observations', countOf(district, MORNING));
    }
  }

  /** Its id is the command's. */
  private record<B extends { readonly id: string }>(kind: Kind, person: Person, path: string, body: B): Write {
    return { kind, person, path, body, headers: {}, id: body.id, event: eventIdOf(id<CommandId>(body.id), 0) };
  }

  private command(kind: Kind, path: string, body: unknown): Write {
    const key = uuid();
    const command = commandIdOf(key, `${this.district.managerId} POST /api/v1/${path}`);
    return { kind, person: 'manager', path, body, headers: { 'idempotency-key': key }, id: key, event: eventIdOf(command, 0) };
  }
}
