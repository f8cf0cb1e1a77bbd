import { isUtf8 } from 'node:buffer';

const LF = 10;

/** Whether a file that comes page by page is UTF-8; a character may lie across two pages. */
export class Utf8Pages {
  /** The begun character at the end of the last page. */
  private begun: Buffer = Buffer.alloc(0);

  /** Undefined while it is; else in which line of the page, from 0, stands what is not. */
  take(page: Buffer): number | undefined {
    const bytes = this.begun.length === 0 ? page : Buffer.concat([this.begun, page]);
    const whole = bytes.subarray(0, bytes.length - begunBytes(bytes));
    this.begun = bytes.subarray(whole.length);
    return isUtf8(whole) ? undefined : badLine(whole);
  }

  /** False when the file ends within a character. */
  ends(): boolean {
    return this.begun.length === 0;
  }
}

/** How many bytes at the end are a character whose rest is still to come. */
function begunBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? back : 0;
  }
  return 0;
}

/** No character of several bytes holds a line feed: each line can be asked on its own. */
function badLine(bytes: Buffer): number {
  let line = 0;
  for (let start = 0; start < bytes.length; line++) {
    const end = bytes.indexOf(LF, start);
    if (end === -1 || !isUtf8(bytes.subarray(start, end))) break;
    start = end + 1;
  }
  return line;
}
