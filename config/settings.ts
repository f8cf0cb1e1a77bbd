import 'reflect-metadata';
import { plainToInstance, Transform } from 'class-transformer';
import { IsBoolean, IsEmail, IsIn, IsInt, IsNotEmpty, IsString, IsTimeZone, Matches, Max, Min, validateSync } from 'class-validator';
import { Mendable } from '@foundation/kernel';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Settings of the standalone shape, each read from one environment variable. */
export class Settings {
  /** Folder of the log, the views, the keys. Made when it is missing. */
  @IsString()
  @IsNotEmpty({ message: 'must name a folder' })
  data: string = './data';

  @IsString()
  @IsNotEmpty({ message: 'must be an address to listen on, such as 127.0.0.1' })
  host: string = '127.0.0.1';

  @Transform(({ value }) => Number(value))
  @IsInt({ message: 'must be a whole number' })
  @Min(0, { message: 'must be 0 (any free port) to 65535' })
  @Max(65535, { message: 'must be 0 (any free port) to 65535' })
  port: number = 3000;

  /** The district's IANA time zone. */
  @IsTimeZone({ message: 'must be an IANA time zone, such as America/New_York' })
  zone: string = 'America/New_York';

  @IsIn(LOG_LEVELS, { message: `must be one of ${LOG_LEVELS.join(', ')}` })
  logLevel: LogLevel = 'info';

  /** Cookies are marked Secure: set it when the service is reached by HTTPS. */
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean({ message: 'must be true or false' })
  https: boolean = false;

  /** Who may read `/metrics`: callers on this machine that came through no proxy, or everyone who reaches the port. */
  @IsIn(['local', 'open'], { message: 'must be local or open' })
  metrics: 'local' | 'open' = 'local';

  /** The mail server, with its password where it asks for one; without one, mails are files in the data folder. */
  @Matches(/^$|^smtps?:\/\/\S+$/, { message: 'must be smtp://[user:password@]host:port or smtps://…' })
  smtp: string = '';

  /** Whom mails come from. */
  @IsEmail({ allow_display_name: true, require_tld: false }, { message: 'must be an e-mail address' })
  mailFrom: string = 'throughline@localhost';

  /** Where people reach the service, for links in mails. */
  @Matches(/^https?:\/\/\S+$/, { message: 'must be an address such as https://throughline.example' })
  link: string = 'http://127.0.0.1:3000';
}

/** Setting → environment variable. */
export type Variables<T extends Settings> = Readonly<Record<keyof T, string>>;
export const VARIABLES: Variables<Settings> = {
  data: 'THROUGHLINE_DATA',
  host: 'THROUGHLINE_HOST',
  port: 'THROUGHLINE_PORT',
  zone: 'THROUGHLINE_ZONE',
  logLevel: 'THROUGHLINE_LOG_LEVEL',
  https: 'THROUGHLINE_HTTPS',
  metrics: 'THROUGHLINE_METRICS',
  smtp: 'THROUGHLINE_SMTP',
  mailFrom: 'THROUGHLINE_MAIL_FROM',
  link: 'THROUGHLINE_LINK',
};
/** Read where the keys are (foundation/privacy), never kept with the other settings. */
export const MASTER_KEY_VARIABLES = ['THROUGHLINE_MASTER_KEY', 'THROUGHLINE_NEXT_MASTER_KEY'] as const;

/** Of the processes of a cluster (cluster-settings.ts): a command that works on a node's folder is not disturbed by them. */
export const OF_A_CLUSTER = ['THROUGHLINE_EVENTSTORE', 'THROUGHLINE_REDIS', 'THROUGHLINE_EXPORTS'] as const;
/** They may hold a password: never shown. */
const SECRET: ReadonlySet<string> = new Set(['THROUGHLINE_EVENTSTORE', 'THROUGHLINE_REDIS', 'THROUGHLINE_SMTP']);

export class WrongSetting extends Mendable {}

/** @throws WrongSetting with one line per wrong setting: its variable, what it holds and what it takes; unknown THROUGHLINE_ variables too. */
export function readSettings(environment: NodeJS.ProcessEnv): Settings;
export function readSettings<T extends Settings>(environment: NodeJS.ProcessEnv, shape: new () => T, variables: Variables<T>): T;
export function readSettings(
  environment: NodeJS.ProcessEnv,
  shape: new () => Settings = Settings,
  variables: Readonly<Record<string, string>> = VARIABLES,
): Settings {
  const given = Object.entries(variables).flatMap(([setting, variable]) => {
    const value = environment[variable];
    return value === undefined ? [] : [[setting, value] as const];
  });
  const settings = plainToInstance(shape, Object.fromEntries(given));
  const wrong = validateSync(settings).map(({ property, constraints, value }) => {
    const variable = variables[property] ?? property;
    const shown = SECRET.has(variable) ? '…' : String(environment[variable] ?? value ?? '');
    return `${variable}=${shown} ${Object.values(constraints ?? {}).join(', ')}`;
  });
  const known = new Set<string>([...Object.values(variables), ...MASTER_KEY_VARIABLES, ...OF_A_CLUSTER]);
  const unknown = Object.keys(environment)
    .filter((name) => name.startsWith('THROUGHLINE_') && !known.has(name))
    .map(
      (name) => `${name} is not a setting; there are ${[...new Set([...Object.values(variables), ...MASTER_KEY_VARIABLES])].join(', ')}`,
    );
  const problems = [...wrong, ...unknown];
  if (problems.length > 0) throw new WrongSetting(problems.join('\n'));
  return settings;
}
