import Sqlite from 'better-sqlite3';

/** Pages per step: some megabytes, so that progress is seen and the loop gets its turn. */
const PAGES = 1000;

/**
 * Copies an SQLite file as it stands at one instant, beside whoever writes to it. One read transaction holds that instant, so writers
 * neither wait nor make the copy begin again; the WAL only grows meanwhile. The copy is a single file, on disk when this resolves.
 * @throws SqliteError when either file cannot be read or written
 */
export async function copyDatabase(from: string, to: string, onProgress: (done: number, total: number) => void = () => undefined) {
  const source = new Sqlite(from, { readonly: true, fileMustExist: true, timeout: 5000 });
  try {
    source.exec('BEGIN');
    source.prepare('SELECT count(*) FROM sqlite_schema').get();
    await source.backup(to, {
      progress: ({ totalPages, remainingPages }) => {
        onProgress(totalPages - remainingPages, totalPages);
        return PAGES;
      },
    });
  } finally {
    source.close();
  }
  const copy = new Sqlite(to);
  copy.pragma('journal_mode = DELETE');
  copy.close();
}
