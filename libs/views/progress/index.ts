export { progressView } from './progress.projection';
export { ProgressQuery } from './progress.query';
export type { DayPoint, Evidence, GoalProgress } from './points';
