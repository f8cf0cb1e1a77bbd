import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MessageId } from '@foundation/kernel';

export interface Mail {
  readonly id: MessageId;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** Sends an e-mail. One that is sent again has the same Message-ID, by which mail servers know it. */
export interface Mailer {
  send(mail: Mail): Promise<void>;
  /** Drops what is kept too long; a mailer that keeps nothing does nothing. */
  sweep(now: Date): Promise<void>;
}

const KEPT_MS = 30 * 24 * 3_600_000;

const composed = (from: string, { id, to, subject, text }: Mail) => ({ from, to, subject, text, messageId: `<${id}@throughline>` });

/** Without a mail server: each mail is a file `<id>.eml`, for its owner alone, written once and dropped after 30 days. */
export function fileMailer(folder: string, from: string): Mailer {
  return {
    async send(mail) {
      const { createTransport } = await import('nodemailer');
      const transport = createTransport({ streamTransport: true, buffer: true });
      const { message } = await transport.sendMail(composed(from, mail));
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeFile(join(folder, `${mail.id}.eml`), message as Buffer, { mode: 0o600 });
    },
    async sweep(now) {
      for (const name of await readdir(folder).catch(() => [])) {
        const path = join(folder, name);
        if (name.endsWith('.eml') && now.getTime() - (await stat(path)).mtimeMs > KEPT_MS) await rm(path, { force: true });
      }
    },
  };
}

/** `smtp://[user:password@]host:port` or `smtps://…`. */
export function smtpMailer(url: string, from: string): Mailer {
  return {
    async send(mail) {
      const { createTransport } = await import('nodemailer');
      await createTransport(url).sendMail(composed(from, mail));
    },
    sweep: async () => undefined,
  };
}
