import { AnotherPast, type Position } from '@foundation/kernel';

/** The log on the server is another one than was asked for. */
export class AnotherLog extends AnotherPast {
  constructor(
    readonly found: string,
    readonly wanted: string,
  ) {
    super(`The event store holds the log ${found}, not ${wanted}`);
  }
}

/** The server no longer holds what it handed out: it is another log, or was restored to an earlier point. Nothing that follows fits. */
export class LogReplaced extends AnotherPast {
  constructor(position: Position) {
    super(
      `The event store no longer holds the event at position ${position} that it delivered before: it is another log, or was restored to an earlier point`,
    );
  }
}
