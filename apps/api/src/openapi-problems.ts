import type { OpenAPIObject } from '@nestjs/swagger';
import { PROBLEM_TYPES } from './service/problems.controller';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Responses = NonNullable<NonNullable<OpenAPIObject['components']>['responses']>;

const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
const nameOf = (status: number): string => `Problem${status}`;

/** One answer for each status that a problem has; its description lists the types. */
export const problemAnswers: Responses = Object.fromEntries(
  [...new Set(PROBLEM_TYPES.map(({ status }) => status))].map((status) => {
    const types = PROBLEM_TYPES.filter((type) => type.status === status);
    return [nameOf(status), { description: types.map(({ code, title }) => `\`${code}\`: ${title}.`).join(' '), content }];
  }),
);

/** Every problem that may come of the operation's guard, path, headers and body, and those that its handler declares; `default` for the rest. */
export function withProblems(operation: Operation): void {
  const declared = Object.keys(operation.responses).filter((status) => Number(status) >= 400);
  for (const status of new Set([...declared.map(Number), ...statusesOf(operation)])) {
    operation.responses[status] = { $ref: `#/components/responses/${nameOf(status)}` };
  }
  operation.responses.default = { description: 'Another problem (RFC 9457).', content };
}

function statusesOf({ security = [], parameters = [], requestBody }: Operation): readonly number[] {
  const given = parameters.flatMap((one) => ('$ref' in one ? [] : [one]));
  const ifMatch = given.find(({ name }) => name === 'If-Match');
  return [
    400,
    ...(security.length > 0 ? [401, 403] : []),
    ...(given.some((one) => one.in === 'path') ? [404] : []),
    ...(requestBody ? [409, 413, 415, 422] : []),
    ...(ifMatch ? [412] : []),
    ...(ifMatch?.required ? [428] : []),
    503,
  ];
}
