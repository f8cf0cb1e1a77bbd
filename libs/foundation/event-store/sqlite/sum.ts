import { crc32 } from 'node:zlib';

/**
 * CRC-32 over all that an event's row holds but its position, which the indexes hold too: finds every flipped byte. It guards against
 * a failing disk, not against a forger (config/decisions/0004-log-checksums.md).
 */
export function sumOf(
  stream: string,
  revision: number,
  id: string,
  type: string,
  version: number,
  student: string | null,
  data: string,
  meta: string,
): number {
  return crc32(`${stream}\n${revision}\n${id}\n${type}\n${version}\n${student ?? ''}\n${data}\n${meta}`);
}
