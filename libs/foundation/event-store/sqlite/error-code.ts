/** SQLite's own code of an error (`SQLITE_FULL`), or an empty text. By shape: an error may come from another realm, where `instanceof` is false. */
export function sqliteCode(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && code.startsWith('SQLITE_') ? code : '';
}
