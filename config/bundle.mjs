import { build } from 'esbuild';
import { copyFileSync, existsSync, renameSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * `bundle.mjs [dist]` puts each process of the compiled tree into one file, its packages included: a start then looks up and reads some files
 * instead of two thousand (config/decisions/0008-a-process-is-one-file.md). Command lines and threads stay as they are compiled.
 */
const dist = resolve(process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), '../dist'));
const PROCESSES = ['standalone', 'api', 'projector', 'worker'];

const APART = [
  // Hold compiled code or files of their own.
  ...['better-sqlite3', '@node-rs/argon2', 'msgpackr-extract', 'swagger-ui-dist', 'pdfmake'],
  // Loaded only where they are used.
  'nodemailer',
  // Nest looks whether these are there: they are not.
  ...['@nestjs/microservices', '@nestjs/platform-express', '@nestjs/websockets', '@fastify/view', 'class-transformer/storage'],
];
/** What one machine never loads need not lie in its process's file. */
const OF_A_CLUSTER = ['@eventstore/db-client', '@bull-board/*', 'bullmq', 'ioredis'];

/** A module goes on finding its neighbours: threads, sources, package.json. */
const ownFolder = (out) => ({
  name: 'own-folder',
  setup({ onLoad }) {
    onLoad({ filter: /\.js$/ }, async ({ path }) => {
      const code = await readFile(path, 'utf8');
      if (!/\b__(dirname|filename)\b/.test(code)) return { contents: code };
      const folder = `require('node:path').join(bundleFolder, ${JSON.stringify(relative(out, dirname(path)))})`;
      const file = `require('node:path').join(__dirname, ${JSON.stringify(basename(path))})`;
      return { contents: code.replace(/^(['"]use strict['"];)?/, (strict) => `${strict}var __dirname = ${folder}, __filename = ${file};`) };
    });
  },
});

await Promise.all(
  PROCESSES.map(async (name) => {
    const file = join(dist, 'apps', name, 'src/main.js');
    const compiled = file.replace('.js', '.compiled.js');
    const bundled = file.replace('.js', '.bundled.js');
    if (!existsSync(compiled)) copyFileSync(file, compiled);
    await build({
      entryPoints: [compiled],
      outfile: bundled,
      bundle: true,
      platform: 'node',
      target: 'node20',
      external: name === 'standalone' ? [...APART, ...OF_A_CLUSTER] : APART,
      banner: { js: 'const bundleFolder = __dirname;' },
      plugins: [ownFolder(dirname(file))],
      logLevel: 'warning',
      // Bull Board finds its pages so: it works in a bundle too.
      logOverride: { 'direct-eval': 'silent' },
    });
    // Whole or not at all: until then the compiled process is there, and it works too.
    renameSync(bundled, file);
  }),
);
