/** Revision that the tombstone of a stream has in `$all` and that `$tb` holds after a soft delete: the largest int64. */
export const DELETED = '9223372036854775807';

export interface ProposedEvent {
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

export interface LoggedEvent extends ProposedEvent {
  /** Commit and prepare position at once, in bytes from the log's beginning. */
  readonly position: number;
  readonly stream: string;
  /** `Infinity` for a tombstone. */
  readonly revision: number;
  /** Milliseconds since 1970. */
  readonly created: number;
}

/** What one stream is allowed and told by the last event of its metadata stream `$$<name>`. */
export interface StreamMetadata {
  readonly $tb?: number;
  readonly $maxCount?: number;
  readonly $acl?: Readonly<Record<string, string | readonly string[]>>;
}

export const EMPTY = new Uint8Array();

/** Bytes that a record takes in the log: what makes positions rise with gaps as a real log's do. */
export function sizeOf(stream: string, event?: ProposedEvent): number {
  const fixed = 90 + Buffer.byteLength(stream);
  return event ? fixed + Buffer.byteLength(event.type) + event.data.length + event.metadata.length : fixed;
}

export function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}
