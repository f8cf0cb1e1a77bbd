import type { View } from '@foundation/view-store/view';
import { caseloadView } from './caseload/caseload.projection';
import { directoryView } from './directory/directory.projection';
import { planView } from './plan/plan.projection';
import { progressView } from './progress/progress.projection';
import { timelineView } from './timeline/timeline.projection';

/** Every view with tables, for the projector's thread: reaches projections only, no query and no framework. */
export const viewSet: readonly View[] = [directoryView, planView, timelineView, progressView, caseloadView];
