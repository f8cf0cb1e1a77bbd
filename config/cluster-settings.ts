import 'reflect-metadata';
import { IsNotEmpty, IsOptional, IsString, Matches } from 'class-validator';
import { readSettings, Settings, VARIABLES, type Variables } from './settings';

/** Settings of a process of the cluster shape: `data` is its node's folder, `port` that of the API, or of a projector's or worker's probes. */
export class ClusterSettings extends Settings {
  @Matches(/^(esdb|kurrentdb)(\+discover)?:\/\//, {
    message: 'must be a connection string, such as esdb://user:password@host1:2113,host2:2113?tlsCAFile=/path/ca.crt',
  })
  eventStore: string;

  /** Of the queues: a worker needs it; an API shows how far jobs are with it; a projector takes jobs about its views from it. */
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  @Matches(/^rediss?:\/\//, { message: 'must be an address, such as redis://host:6379' })
  redis?: string;

  /** A folder that all nodes share, for copies of records that wait to be fetched, sealed, and how jobs about the views stand. Of one node: in its own folder. */
  @IsOptional()
  @IsString()
  @IsNotEmpty({ message: 'must name a folder that all nodes share' })
  exportsFolder?: string;
}

export const CLUSTER_VARIABLES: Variables<ClusterSettings> = {
  ...VARIABLES,
  eventStore: 'THROUGHLINE_EVENTSTORE',
  redis: 'THROUGHLINE_REDIS',
  exportsFolder: 'THROUGHLINE_EXPORTS',
};

/** @throws WrongSetting */
export const readClusterSettings = (environment: NodeJS.ProcessEnv): ClusterSettings =>
  readSettings(environment, ClusterSettings, CLUSTER_VARIABLES);
