import type { AppendGroup } from '@foundation/event-store';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export type SignInOutcome = 'admitted' | 'failed' | 'throttled' | 'refused' | 'error';

const prefix = 'throughline_';

/**
 * What an operator watches, in Prometheus' text format. Every label takes its values from a short list in the code (methods, route
 * templates, statuses, problem types, outcomes): no id and no name ever becomes one.
 */
export class Metrics {
  private readonly registry = new Registry();
  private readonly registers = [this.registry];
  private readonly requests = new Histogram({
    name: `${prefix}http_request_seconds`,
    help: 'From the first byte of a request to the last of its answer, by route template',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers: this.registers,
  });
  private readonly refusals = new Counter({
    name: `${prefix}refusals_total`,
    help: 'Refused requests, and refused records of batches, by problem type',
    labelNames: ['type'] as const,
    registers: this.registers,
  });
  private readonly signIns = new Counter({
    name: `${prefix}sign_ins_total`,
    help: 'Attempts to sign in, by outcome',
    labelNames: ['outcome'] as const,
    registers: this.registers,
  });
  private readonly appends = new Histogram({
    name: `${prefix}append_seconds`,
    help: 'From an append to its answer: waiting for the group, and the flush to disk',
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers: this.registers,
  });
  private readonly groups = new Histogram({
    name: `${prefix}append_group_size`,
    help: 'Appends committed with one flush to disk',
    buckets: [1, 2, 5, 10, 25, 50, 100, 250, 1000],
    registers: this.registers,
  });
  private readonly failedAppends = new Counter({
    name: `${prefix}appends_failed_total`,
    help: 'Appends that the disk refused: nothing of them was written',
    registers: this.registers,
  });

  answered(method: string, route: string, status: number, seconds: number): void {
    this.requests.observe({ method, route, status }, seconds);
  }

  refused(type: string): void {
    this.refusals.inc({ type });
  }

  signIn(outcome: SignInOutcome): void {
    this.signIns.inc({ outcome });
  }

  appended({ seconds, failed }: AppendGroup): void {
    this.groups.observe(seconds.length);
    for (const one of seconds) this.appends.observe(one);
    if (failed) this.failedAppends.inc(seconds.length);
  }

  /** A figure that is read when it is asked for. */
  gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name: prefix + name,
      help,
      registers: this.registers,
      collect() {
        this.set(read());
      },
    });
  }

  /** Memory, processor, event loop and garbage collection of this process, from now on. */
  watchProcess(): void {
    collectDefaultMetrics({ register: this.registry });
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  text(): Promise<string> {
    return this.registry.metrics();
  }
}
