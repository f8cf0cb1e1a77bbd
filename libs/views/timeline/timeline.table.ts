import { erasedTable } from '../upkeep';

/**
 * One row per practice record or case event. Places are made of days, instants and ids, never of positions: the order in which tablets
 * reach the log leaves no mark. `notes` holds what only readers of session notes may see. Rows lie in the order of arrival, which is
 * what makes a rebuild quick: ids made on devices ascend, and the wide part of a row is never moved.
 */
export const timelineTables = `
CREATE TABLE timeline (
  id TEXT NOT NULL, kind TEXT NOT NULL, student TEXT NOT NULL, day TEXT NOT NULL, at TEXT NOT NULL,
  item TEXT, class TEXT, author TEXT NOT NULL, revision INTEGER NOT NULL, data TEXT NOT NULL, notes TEXT,
  PRIMARY KEY (id, kind)
);
CREATE INDEX timeline_days ON timeline (student, kind, day, at, id);
${erasedTable('timeline')}
`;
