import type { Accommodation, Goal, Service } from '@case/plans';
import { type AccommodationId, type CommandId, derivedId, type GoalId, type ServiceId } from '@foundation/kernel';
import { plain } from '../shared/plain';
import type { AccommodationDto, GoalDto, ServiceDto } from './plans.dto';

/** An item's id is the caller's, or follows from the command and the item's place in it. */
const place = (kind: string, index: number): string => `${kind}-${index}`;

export const goalOf = (dto: GoalDto, command: CommandId, index = 0): Goal => {
  const { goal, aggregation = 'pool', classes = [], ...rest } = plain(dto);
  return { ...rest, goal: goal ?? derivedId<GoalId>(command, place('goal', index)), aggregation, classes };
};

export const accommodationOf = (dto: AccommodationDto, command: CommandId, index = 0): Accommodation => {
  const { accommodation, ...rest } = plain(dto);
  return { ...rest, accommodation: accommodation ?? derivedId<AccommodationId>(command, place('accommodation', index)) };
};

export const serviceOf = (dto: ServiceDto, command: CommandId, index = 0): Service => {
  const { service, ...rest } = plain(dto);
  return { ...rest, service: service ?? derivedId<ServiceId>(command, place('service', index)) };
};
