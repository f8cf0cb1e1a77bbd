import { examine, type Finding } from '@foundation/operations';
import { readSettings, type Settings, WrongSetting } from '@config/settings';
import { runBare, say, showProgress, systemClock, viewSet } from '@apps/shared';

function print({ about, state, says, remedy }: Finding): void {
  say(`${state.padEnd(4)}  ${about.padEnd(10)}  ${says}${remedy === undefined ? '' : `. ${remedy}`}`);
}

/** The settings are the first thing looked at: a wrong one is a finding, not the end. */
function settings(): Settings | undefined {
  try {
    const read = readSettings(process.env);
    print({ about: 'settings', state: 'ok', says: `data ${read.data}, ${read.host}:${read.port}, zone ${read.zone}` });
    return read;
  } catch (error) {
    if (!(error instanceof WrongSetting)) throw error;
    for (const says of error.message.split('\n'))
      print({ about: 'settings', state: 'FAIL', says, remedy: 'Set or unset it; README, Settings.' });
    return undefined;
  }
}

/** `npm run doctor`: one line each, exit code 1 when something must be mended. Beside a running service or without one. */
void runBare(async () => {
  const read = settings();
  if (!read) return 1;
  let code = 0;
  const { onProgress, end } = showProgress();
  for await (const finding of examine({ data: read.data, environment: process.env, viewSet, clock: systemClock, onProgress })) {
    end();
    print(finding);
    if (finding.state === 'FAIL') code = 1;
  }
  return code;
});
