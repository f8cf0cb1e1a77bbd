export * from './events';
export { digestOf, digestRefusals, messageDecider, messageStream } from './message';
export { mailDigest, makeDigest } from './jobs';
export { fileMailer, type Mail, type Mailer, smtpMailer } from './mailer';
export { Digests, type DigestsParts, LISTED_DAYS, type Message } from './digests';
