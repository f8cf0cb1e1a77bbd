/** `node docker/health.js live|ready`: exit code 0 when the process of this container says that it is. An API answers under /api/v1, the others at the root. */
const { AbortSignal, fetch } = globalThis;
const [what = 'live'] = process.argv.slice(2);
const origin = `http://127.0.0.1:${process.env.THROUGHLINE_PORT ?? 3000}`;
const ask = (path) => fetch(`${origin}${path}/health/${what}`, { signal: AbortSignal.timeout(4000) });

async function answer() {
  const own = await ask('');
  return own.status === 404 ? ask('/api/v1') : own;
}

answer().then(
  async (response) => {
    process.stdout.write(`${await response.text()}\n`);
    process.exitCode = response.ok ? 0 : 1;
  },
  (error) => {
    process.stderr.write(`${error.cause?.code ?? error.name}\n`);
    process.exitCode = 1;
  },
);
