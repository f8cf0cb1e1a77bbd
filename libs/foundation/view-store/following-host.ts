import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import type { Position } from '@foundation/kernel';
import { readStates, type ViewState } from './projector';
import { isDamage, openForReading } from './sqlite';
import { ViewHost, type ViewsStatus } from './view-host';
import { ViewFiles } from './view-files';

/** Where a projecting process says how it goes, for others on its folder. */
const STATUS_FILE = 'views.status';

/** What only the projecting process knows; the rest stands in the views file itself. */
interface Told {
  readonly projector: ViewsStatus['projector'];
  readonly purged: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Tells the processes that follow this folder's views. Call it when something changed, and every second. */
export function tellFollowers(folder: string, { projector, purged }: Pick<ViewsStatus, 'projector' | 'purged'>): void {
  const told: Told = { projector, purged: String(purged), at: Date.now() };
  const aside = join(folder, `${STATUS_FILE}.${process.pid}`);
  writeFileSync(aside, JSON.stringify(told), { mode: 0o600 });
  renameSync(aside, join(folder, STATUS_FILE));
}

const SILENT_MS = 10_000;
/** Between two looks while somebody waits, and while nobody does. */
const HURRY_MS = 4;
const CALM_MS = 250;

export interface FollowingOptions {
  readonly folder: string;
  /** Position of the last event of the folder's log. */
  readonly head: () => Position;
}

/** Reads views that another process projects into the same folder: it looks at the serving file's own checkpoints. */
export class FollowingViewHost extends ViewHost {
  private readonly files: ViewFiles;
  private readonly head: () => Position;
  private following: { readonly name: string; readonly db: Database } | undefined;
  private timer: NodeJS.Timeout | undefined;
  private ended = false;

  constructor(private readonly options: FollowingOptions) {
    super(options.folder);
    this.files = new ViewFiles(options.folder);
    this.head = options.head;
  }

  async start(): Promise<void> {
    this.health = 'starting';
    this.look();
  }

  async stop(): Promise<void> {
    clearTimeout(this.timer);
    this.ended = true;
    this.health = 'stopped';
    this.leave();
    this.closeReader();
  }

  wake(): void {
    this.look();
  }

  protected override hurry(): void {
    this.look();
  }

  protected override moved(): void {}

  /** The process that projects finds the damage by itself and builds another file. */
  protected override damaged(): void {
    this.leave();
  }

  private look(): void {
    clearTimeout(this.timer);
    if (this.ended) return;
    const told = this.told();
    this.health = told && Date.now() - told.at < SILENT_MS ? told.projector : 'stopped';
    const purged = BigInt(told?.purged ?? 0);
    const { file, views } = this.reached();
    this.progressed({ head: this.head(), views, purged, ...(file === undefined ? {} : { file }) });
    this.timer = setTimeout(() => this.look(), this.awaited ? HURRY_MS : CALM_MS).unref();
  }

  /** The serving file and how far its views are. */
  private reached(): { readonly file?: string; readonly views: readonly ViewState[] } {
    const current = this.files.current();
    if (!current) return { views: [] };
    try {
      if (this.following?.name !== current.name) {
        this.leave();
        this.following = { name: current.name, db: openForReading(this.files.path(current)) };
      }
      return { file: current.name, views: readStates(this.following.db) };
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.leave();
      return { views: [] };
    }
  }

  private leave(): void {
    this.following?.db.close();
    this.following = undefined;
  }

  private told(): Told | undefined {
    try {
      return JSON.parse(readFileSync(join(this.options.folder, STATUS_FILE), 'utf8')) as Told;
    } catch {
      return undefined;
    }
  }
}
