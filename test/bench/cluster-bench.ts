import type { Row } from './table';

/** What the measures of the cluster's shape are given. */
export interface ClusterBench {
  readonly eventStore: string;
  readonly redis?: string;
  /** Gone afterwards. */
  readonly folder: string;
  /** The standalone record that was moved into the event store. */
  readonly district: string;
  readonly quick: boolean;
  readonly timing: { readonly rounds: number; readonly warmUpSeconds: number; readonly seconds: number };
}
export type ClusterMeasure = (bench: ClusterBench) => Promise<readonly Row[]>;
