import { join } from 'node:path';
import type { ClusterSettings } from '@config/cluster-settings';

/** Where rosters that were sent wait, and what came of each import; all nodes of a cluster share it. */
export const importsFolderOf = ({ data, exportsFolder }: Pick<ClusterSettings, 'data' | 'exportsFolder'>): string =>
  join(exportsFolder ?? data, 'imports');
