import { erasedTable } from '../upkeep';

/**
 * One row per observation, found by goal and day: a new record touches its own goal's day and nothing else, and a day's points are one
 * short range. Days are computed when read, so rows do not depend on when a plan was amended.
 */
export const progressTables = `
CREATE TABLE progress (
  record TEXT NOT NULL PRIMARY KEY, student TEXT NOT NULL, goal TEXT NOT NULL, day TEXT NOT NULL, at TEXT NOT NULL,
  revision INTEGER NOT NULL, counts INTEGER NOT NULL, data TEXT NOT NULL
);
CREATE INDEX progress_days ON progress (student, goal, day);
${erasedTable('progress')}
`;
