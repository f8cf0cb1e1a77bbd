import type { AllStreamResolvedEvent, AllStreamSubscription } from '@eventstore/db-client';

/** All that a subscription says, in order: `confirmed`, `caught-up`, `fell-behind`, `event <stream> <revision>`, `error`, `ended`. */
export class Watched {
  readonly said: string[] = [];
  readonly events: AllStreamResolvedEvent[] = [];
  error: unknown;
  private wake: () => void = () => undefined;

  constructor(private readonly subscription: AllStreamSubscription) {
    subscription
      .on('confirmation', () => this.say('confirmed'))
      .on('caughtUp', () => this.say('caught-up'))
      .on('fellBehind', () => this.say('fell-behind'))
      .on('error', (error) => {
        this.error = error;
        this.say('error');
      })
      .on('end', () => this.say('ended'))
      .on('data', (resolved: AllStreamResolvedEvent) => {
        this.events.push(resolved);
        this.say(`event ${resolved.event?.streamId} ${resolved.event?.revision}`);
      });
  }

  /** Resolves as soon as the subscription has said one of these. */
  async until(...what: readonly string[]): Promise<void> {
    while (!this.said.some((said) => what.includes(said))) await new Promise<void>((resolve) => (this.wake = resolve));
  }

  /** What was said of one stream, as revisions. */
  revisionsOf(stream: string): bigint[] {
    return this.events.flatMap(({ event }) => (event?.streamId === stream ? [event.revision] : []));
  }

  stop(): Promise<void> {
    return this.subscription.unsubscribe();
  }

  private say(what: string): void {
    this.said.push(what);
    this.wake();
  }
}
