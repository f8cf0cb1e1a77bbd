import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DOCKER } from './compose-files';

const ROOT = join(DOCKER, '..');

interface Instruction {
  readonly word: string;
  readonly text: string;
}
interface Stage {
  readonly name: string;
  readonly from: string;
  readonly instructions: readonly Instruction[];
}

/** The Dockerfile's stages, comments left out and continued lines joined. */
function stagesOf(dockerfile: string): readonly Stage[] {
  const lines = dockerfile
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const stages: { name: string; from: string; instructions: Instruction[] }[] = [];
  for (const line of lines) {
    const [, word = '', text = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    const [, from = '', name = `${stages.length}`] = (word === 'FROM' && /^(\S+)(?: AS (\S+))?$/.exec(text)) || [];
    if (word === 'FROM') stages.push({ name, from, instructions: [] });
    else stages.at(-1)?.instructions.push({ word, text });
  }
  return stages;
}

const stages = stagesOf(readFileSync(join(DOCKER, 'Dockerfile'), 'utf8'));
const final = stages.at(-1) ?? { name: '', from: '', instructions: [] };
const all = (stage: Stage, word: string) => stage.instructions.filter((one) => one.word === word).map(({ text }) => text);
const stage = (name: string) => stages.find((one) => one.name === name) ?? { name, from: '', instructions: [] };

describe('the image', () => {
  it('is built on a fixed line of Node, the same in every stage', () => {
    const bases = stages.map(({ from }) => from).filter((from) => !stages.some(({ name }) => name === from));
    expect(new Set(bases)).toEqual(new Set(['node:20-bookworm-slim']));
  });

  it('runs as nobody in particular', () => {
    expect(all(final, 'USER')).toEqual(['1000:1000']);
    const after = final.instructions.slice(final.instructions.findIndex(({ word }) => word === 'USER'));
    expect(after.map(({ word }) => word)).not.toContain('RUN');
  });

  it('holds only what runs: packages without those for development, what was built, and no compiler', () => {
    expect(all(stage('dependencies'), 'RUN')).toEqual(['npm ci --omit=dev']);
    expect(all(final, 'COPY').filter((copy) => copy.startsWith('--from='))).toEqual([
      '--from=dependencies /app/node_modules ./node_modules',
      '--from=build /app/dist ./dist',
    ]);
    expect(all(final, 'RUN').join('\n')).not.toMatch(/npm|apt-get/);
  });

  it('copies only what there is, and what its context lets in', () => {
    const allowed =
      readFileSync(join(ROOT, '.dockerignore'), 'utf8')
        .match(/^!\S+$/gm)
        ?.map((line) => line.slice(1)) ?? [];
    const sources = stages.flatMap((one) =>
      all(one, 'COPY')
        .filter((copy) => !copy.startsWith('--from='))
        .flatMap((copy) => copy.split(' ').slice(0, -1)),
    );
    expect(sources.length).toBeGreaterThan(0);
    for (const source of sources) {
      expect(existsSync(join(ROOT, source))).toBe(true);
      expect(allowed).toContain(source);
    }
    expect(new Set(sources)).toEqual(new Set(allowed));
  });

  it('says how it is, starts standalone unless told otherwise, and hands signals through', () => {
    expect(all(final, 'HEALTHCHECK').join()).toContain('CMD ["node", "docker/health.js", "live"]');
    expect(all(final, 'ENTRYPOINT')).toEqual(['["/app/docker/entrypoint.sh"]']);
    expect(all(final, 'CMD')).toEqual(['["standalone"]']);
    expect(statSync(join(DOCKER, 'entrypoint.sh')).mode & 0o111).toBe(0o111);
  });

  it('carries no secret', () => {
    const settings = stages.flatMap((one) => [...all(one, 'ENV'), ...all(one, 'ARG')]).join('\n');
    expect(settings).not.toMatch(/KEY|PASSWORD|SECRET|TOKEN/i);
  });

  it('has each process that the entry point names', () => {
    const [, named = ''] = /^ {2}([a-z |]+)\)$/m.exec(readFileSync(join(DOCKER, 'entrypoint.sh'), 'utf8')) ?? [];
    const processes = named.split(' | ');
    const mains = readdirSync(join(ROOT, 'apps')).filter((app) => existsSync(join(ROOT, 'apps', app, 'src/main.ts')));
    expect(processes.sort()).toEqual(mains.sort());
  });
});
