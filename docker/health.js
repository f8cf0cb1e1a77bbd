/** `node docker/health.js live|ready`: exit code 0 when the process of this container says that it is. */
const { AbortSignal, fetch } = globalThis;
const [what = 'live'] = process.argv.slice(2);
const address = `http://127.0.0.1:${process.env.THROUGHLINE_PORT ?? 3000}/health/${what}`;

fetch(address, { signal: AbortSignal.timeout(4000) }).then(
  async (response) => {
    process.stdout.write(`${await response.text()}\n`);
    process.exitCode = response.ok ? 0 : 1;
  },
  (error) => {
    process.stderr.write(`${error.cause?.code ?? error.name}\n`);
    process.exitCode = 1;
  },
);
