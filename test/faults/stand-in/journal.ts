import { appendFileSync, closeSync, existsSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { type LogEntry, StandInLog } from './log';
import { type LoggedEvent } from './records';

type Line = Exclude<LogEntry, { do: 'write' }> | { do: 'write'; end: number; events: unknown[] };

/** A log that a killed process leaves behind in a file (JSON lines, not flushed: enough for `kill -9`, not for a power cut). */
export function openJournal(path: string): { readonly log: StandInLog; readonly close: () => void } {
  if (!existsSync(path)) appendFileSync(path, '');
  const text = readFileSync(path, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  // A line that the killed process had half written was never acknowledged.
  truncateSync(path, Buffer.byteLength(whole));
  const file = openSync(path, 'a');
  const log = new StandInLog((entry) => void writeSync(file, `${JSON.stringify(entry, asText)}\n`));
  for (const line of whole.split('\n')) if (line !== '') log.apply(fromLine(JSON.parse(line) as Line));
  log.forgetRecent();
  return { log, close: () => closeSync(file) };
}

function asText(this: unknown, key: string, value: unknown): unknown {
  const original = (this as Record<string, unknown>)[key];
  if (original instanceof Uint8Array) return Buffer.from(original).toString('base64');
  return value === Infinity ? 'tombstone' : value;
}

function fromLine(line: Line): LogEntry {
  if (line.do !== 'write') return line;
  const events = (line.events as (Record<keyof LoggedEvent, string> & LoggedEvent)[]).map((event) => ({
    ...event,
    revision: String(event.revision) === 'tombstone' ? Infinity : event.revision,
    data: Buffer.from(event.data as string, 'base64'),
    metadata: Buffer.from(event.metadata as string, 'base64'),
  }));
  return { do: 'write', end: line.end, events: events as LoggedEvent[] };
}
