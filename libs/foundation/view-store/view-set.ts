import type { ClosableSource } from './event-source';
import type { View } from './view';

/** Everything a projecting thread or process needs. */
export interface ViewSet {
  readonly views: readonly View[];
  /** Source files and folders whose change makes the rows stale. */
  readonly code: readonly string[];
  /** Opens the log of a data folder for reading, in clear. */
  openSource(folder: string, masterKey: Uint8Array): ClosableSource;
}
