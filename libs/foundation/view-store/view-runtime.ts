import { performance } from 'node:perf_hooks';
import { type Position, START } from '@foundation/kernel';
import type { EventSource } from './event-source';
import type { Fingerprint } from './fingerprint';
import { dropIfIdle, type OpenFile, openBuild, reopen } from './open-file';
import { BATCH, COMPACT_LIMIT, type ViewState } from './projector';
import { isBusy, isDamage, nameOf } from './sqlite';
import type { View } from './view';
import { sameFingerprint, type ViewFile, ViewFiles } from './view-files';

/** A file being filled beside the serving one. */
export interface Building {
  readonly file: string;
  /** Positions: how far of how far. */
  readonly done: number;
  readonly total: number;
  /** Events applied since the build began or went on. */
  readonly events: number;
}

/** What readers and operators need to know; crosses threads as it is. */
export interface Progress {
  /** Name of the file to read; absent while there is none. */
  readonly file?: string;
  /** Position of the log's last event. */
  readonly head: Position;
  readonly views: readonly ViewState[];
  /** Erasures up to here have left no clear text in any views file. */
  readonly purged: Position;
  readonly building?: Building;
}

/** `busy`: more to do now. `soon`: a reader is in the way of an erasure. `idle`: until the next event. */
export type Pace = 'busy' | 'soon' | 'idle';

/** The log could not be read: nothing is wrong with the views. */
export class SourceUnreadable extends Error {
  override readonly name = 'SourceUnreadable';
}

const POLL_MS = 1000;

/**
 * Keeps one serving file level with the log and, when there is none, when the code has changed, or when the file is damaged, fills the
 * next generation beside it. The serving file is followed meanwhile. Each `advance` is a slice of some milliseconds.
 */
export class ViewRuntime {
  private readonly files: ViewFiles;
  private readonly source: EventSource;
  private serving: OpenFile | undefined;
  private next: OpenFile | undefined;
  /** Files that readers may still hold open. */
  private dropping: ViewFile[] = [];
  private polledAt = 0;
  private purged: Position = START;
  /** Another process has a views file open that is not served: it may hold clear text. */
  private foreign = false;
  /** How far the source has been read. Keys it has cached are dropped when it meets their destruction: up to here, none is left. */
  private seen: Position | undefined;

  constructor(
    folder: string,
    private readonly views: readonly View[],
    private readonly wanted: Fingerprint,
    source: EventSource,
  ) {
    this.files = new ViewFiles(folder);
    this.source = this.guarded(source);
    this.open();
  }

  /** A slice of work; `poll` looks at the pointer now instead of once a second. */
  advance(poll = false): Pace {
    const now = performance.now();
    if (poll || now - this.polledAt >= POLL_MS) {
      this.polledAt = now;
      this.look();
    }
    const pace = this.serve();
    const building = this.build();
    this.notePurged();
    return building || pace === 'busy' ? 'busy' : pace;
  }

  get progress(): Progress {
    const head = this.source.head();
    const { serving, next } = this;
    return {
      head,
      ...(serving ? { file: serving.file.name } : {}),
      views: serving?.projector.states ?? this.views.map(({ name }) => ({ view: name, position: START })),
      purged: this.purged,
      ...(next
        ? { building: { file: next.file.name, done: Number(next.projector.position), total: Number(head), events: next.events } }
        : {}),
    };
  }

  /** Readers have left every file but this one. */
  moved(name: string): void {
    this.dropping = this.dropping.filter((file) => {
      if (file.name !== name) this.files.drop(file);
      return file.name === name;
    });
    this.notePurged();
  }

  /** A reader met a damaged page: the file is given up and built anew. */
  damaged(name: string): void {
    if (this.serving?.file.name === name) this.giveUpServing();
  }

  /** Its readers have closed what they read: what they had to leave goes too. */
  close(): void {
    this.serving?.close();
    this.next?.close();
    this.serving = this.next = undefined;
    for (const file of this.dropping) this.files.drop(file);
    this.dropping = [];
  }

  private open(): void {
    const current = this.files.current();
    if (current?.tables === this.wanted.tables) this.serving = reopen(this.files, current, this.views, this.source);
    if (current && !this.serving) this.files.drop(current);
    if (!this.serving || !sameFingerprint(this.serving.file, this.wanted)) this.beginBuild();
    this.sweep();
  }

  /** Has another process finished a generation, or removed ours? */
  private look(): void {
    const { serving } = this;
    const current = this.files.current();
    // Named and gone: whoever asks what serves is told of nothing, even while this process serves an older one.
    const missing = current !== undefined && !this.files.exists(current);
    const newer = current && !missing && current.generation > (serving?.file.generation ?? 0) && this.next?.file.name !== current.name;
    if (newer && sameFingerprint(current, this.wanted)) this.adopt(current);
    else if (!this.next && (missing || !(serving && this.files.exists(serving.file)))) this.beginBuild();
    this.sweep();
  }

  private adopt(file: ViewFile): void {
    try {
      const adopted = reopen(this.files, file, this.views, this.source);
      if (!adopted) return;
      this.abandonBuild();
      this.next = adopted;
    } catch (error) {
      // Its builder has not let go of it yet: the next look finds it again.
      if (!isBusy(error)) throw error;
    }
  }

  /** Drops what interrupted or outrun builds and killed verifications have left. */
  private sweep(): void {
    const kept = [this.serving?.file, this.next?.file, this.files.current(), ...this.dropping].map((file) => file?.name);
    const others = [...this.files.list(), ...this.files.asides()].filter(({ name }) => !kept.includes(name));
    const open = others.filter((file) => !dropIfIdle(this.files, file));
    this.files.dropOrphans();
    this.foreign = open.length > 0;
  }

  private serve(): Pace {
    const { serving } = this;
    if (!serving) return 'idle';
    try {
      if (serving.step(BATCH)) return 'busy';
      if (!serving.projector.clearingDue) return 'idle';
      this.sweep();
      if (serving.projector.clear()) return 'idle';
      if (serving.projector.bytes <= COMPACT_LIMIT) return 'soon';
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.giveUpServing();
      return 'busy';
    }
    if (!this.next) this.beginBuild(true);
    return 'busy';
  }

  /** True while the build goes on. */
  private build(): boolean {
    const { next } = this;
    if (!next) return false;
    try {
      if (!next.step(BATCH)) this.switchTo(next);
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.abandonBuild();
      this.beginBuild(true);
    }
    return true;
  }

  private switchTo(built: OpenFile): void {
    built.close();
    this.next = undefined;
    const current = this.files.current();
    if (!this.files.exists(built.file) || (current && current.generation > built.file.generation)) return this.look();
    const open = reopen(this.files, built.file, this.views, this.source);
    if (!open) return this.beginBuild(true);
    this.files.point(built.file);
    const before = this.serving;
    before?.close();
    if (before) this.dropping.push(before.file);
    this.serving = open;
    this.sweep();
  }

  private beginBuild(afresh = false): void {
    this.next = openBuild(this.files, this.wanted, this.views, this.source, {
      afresh,
      ...(this.seen === undefined ? {} : { erasedBefore: this.seen }),
    });
  }

  private abandonBuild(): void {
    if (!this.next) return;
    this.next.close();
    this.files.drop(this.next.file);
    this.next = undefined;
  }

  private giveUpServing(): void {
    if (!this.serving) return;
    this.serving.close();
    this.dropping.push(this.serving.file);
    this.serving = undefined;
    if (!this.next) this.beginBuild(true);
  }

  private notePurged(): void {
    if (!this.serving || this.foreign || this.dropping.length > 0) return;
    const cleared = [this.serving, this.next].flatMap((open) => (open ? [open.projector.clearedTo] : []));
    const lowest = cleared.reduce((low, position) => (position < low ? position : low));
    if (lowest > this.purged) this.purged = lowest;
  }

  /** A failing log must not look like a failing views file. */
  private guarded(source: EventSource): EventSource {
    const guard = <T>(read: () => T): T => {
      try {
        return read();
      } catch (error) {
        throw new SourceUnreadable(nameOf(error), { cause: error });
      }
    };
    return {
      readAfter: (after, limit) => {
        const events = guard(() => source.readAfter(after, limit));
        const last = events.at(-1)?.position ?? START;
        if (last > (this.seen ?? START)) this.seen = last;
        return events;
      },
      head: () => guard(() => source.head()),
    };
  }
}
