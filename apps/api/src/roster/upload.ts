import type { FastifyRequest } from 'fastify';
import '@fastify/multipart';
import { bufferFile, checkedSet, openZipBuffer, SET_LIMITS, type SourceFile, UnreadableSet } from '@exchange/rostering';
import { ProblemError, validated } from '@foundation/http';
import { RosterUploadFields } from './roster.dto';

/** Of one upload, zipped or not. It lies in memory, never on disk: these are people’s names. */
export const UPLOAD_BYTES = 64 * 1024 * 1024;

export interface Upload {
  readonly files: readonly SourceFile[];
  readonly dryRun: boolean;
  readonly confirm: boolean;
}

/** Reads a multipart body: one zip, or CSV files. @throws ProblemError 400 for what is none, 413 for too much */
export async function readUpload(request: FastifyRequest): Promise<Upload> {
  if (!request.isMultipart()) throw new ProblemError('unsupported-media-type', 'Send the files as multipart/form-data.');
  const fields: Record<string, unknown> = {};
  const received: { name: string; content: Buffer }[] = [];
  let left = UPLOAD_BYTES;
  try {
    for await (const part of request.parts()) {
      if (part.type === 'field') fields[part.fieldname] = part.value;
      else {
        const content = await whole(part.file, left);
        left -= content.length;
        received.push({ name: part.filename, content });
      }
    }
  } catch (error) {
    throw problemOfParts(error);
  }
  const { dryRun, confirm } = await validated(RosterUploadFields, fields);
  return { files: await unpacked(received), dryRun: dryRun === 'true', confirm: confirm === 'true' };
}

/** A set that cannot be opened is the sender's to mend. */
export function problemOfSet(error: unknown): unknown {
  return error instanceof UnreadableSet
    ? new ProblemError('invalid-request', error.message, [{ pointer: '/files', detail: error.message }])
    : error;
}

async function whole(stream: AsyncIterable<Buffer>, most: number): Promise<Buffer> {
  const pages: Buffer[] = [];
  let bytes = 0;
  for await (const page of stream) {
    bytes += page.length;
    // What is over is read to its end and forgotten, so that the answer reaches the sender.
    if (bytes <= most) pages.push(page);
    else pages.length = 0;
  }
  if (bytes > most)
    throw new ProblemError('body-too-large', `Send at most ${UPLOAD_BYTES / 1024 / 1024} MiB: a zip holds five times as much.`);
  return Buffer.concat(pages);
}

async function unpacked(received: readonly { name: string; content: Buffer }[]): Promise<readonly SourceFile[]> {
  try {
    const isZip = ({ name, content }: { name: string; content: Buffer }) =>
      /\.zip$/i.test(name) || content.subarray(0, 4).equals(ZIP_BEGINS);
    const zip = received.find(isZip);
    if (zip && received.length > 1) throw new UnreadableSet('Send one zip, or the CSV files themselves, not both.');
    if (zip) return (await openZipBuffer(zip.content)).files;
    return checkedSet(
      received.filter(({ name }) => /\.csv$/i.test(name)).map(({ name, content }) => bufferFile(name.slice(0, 120), content)),
    );
  } catch (error) {
    throw problemOfSet(error);
  }
}

const ZIP_BEGINS = Buffer.from('PK\x03\x04', 'latin1');

/** The multipart parser's errors by their code: its messages may quote what was sent. */
function problemOfParts(error: unknown): unknown {
  const code = String((error as { readonly code?: unknown }).code);
  if (/_LIMIT$|FILE_TOO_LARGE/.test(code)) {
    return new ProblemError('body-too-large', `Send at most ${SET_LIMITS.files} files and ${UPLOAD_BYTES / 1024 / 1024} MiB at once.`);
  }
  if (code.startsWith('FST_') || /multipart|unexpected end/i.test(error instanceof Error ? error.message : ''))
    return new ProblemError('bad-request', 'The multipart body cannot be read: send it again.');
  return error;
}
