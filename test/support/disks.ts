import { join } from 'node:path';

/** Both run a command in a mount namespace of its own, for which Linux needs no rights: what is mounted is seen by that command alone. */
const inNamespace = (folder: string, ...mounts: readonly string[]): string[] => {
  const script = ['set -e', ...mounts, 'exec "$@"'].join('\n');
  return ['unshare', '--map-root-user', '--mount', 'sh', '-c', script, folder];
};

/** With a small disk mounted on the folder. */
export const onSmallDisk = (folder: string, megabytes: number): string[] =>
  inNamespace(folder, `mount -t tmpfs -o size=${megabytes}m,mode=0700 tmpfs "$0"`);

/** With the folder mounted read-only. */
export const onReadOnlyFolder = (folder: string): string[] =>
  inNamespace(folder, 'mount --bind "$0" "$0"', 'mount -o remount,bind,ro "$0"');

/** The folder as the process sees it, from outside its namespace. */
export const seenBy = (pid: number | undefined, folder: string): string => join(`/proc/${pid}/root`, folder);
