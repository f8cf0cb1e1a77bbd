import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { withComponents } from './openapi-components';
import { problemAnswers, withProblems } from './openapi-problems';

const configuration = new DocumentBuilder()
  .setOpenAPIVersion('3.1.0')
  .setTitle('Throughline')
  .setDescription(
    'What was promised to a child, what was practised, and what progress came of it. Errors are problem details (RFC 9457); ' +
      'every `type` is documented at /problems. Times carry their offset, days are plain dates, positions are opaque.',
  )
  .setVersion('1')
  .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
  .addBearerAuth()
  .build();

/** The document of everything under /api/v1, the same for the same code: keys sorted, problems and `after` added everywhere. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const document = SwaggerModule.createDocument(app, configuration, {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '').toLowerCase()}.${method}`,
  });
  const paths = Object.fromEntries(Object.entries(document.paths).filter(([path]) => path.startsWith('/api/v1/')));
  for (const item of Object.values(paths)) {
    for (const operation of [item.get, item.post, item.put]) if (operation) withProblems(operation);
    if (item.get) item.get.parameters = [...(item.get.parameters ?? []), AFTER];
  }
  const named = withComponents({ ...document, paths });
  const schemas = { ...named.components?.schemas, Problem: PROBLEM };
  return sorted({ ...named, components: { ...named.components, schemas, responses: problemAnswers } }) as OpenAPIObject;
}

/** Serves the document at /api/openapi.json and its reader, with its own files, at /api/docs. */
export function serveDocumentation(app: INestApplication): void {
  SwaggerModule.setup('api/docs', app, () => openApiDocument(app), { jsonDocumentUrl: 'api/openapi.json', raw: ['json'] });
}

const AFTER = {
  name: 'after',
  in: 'query',
  required: false,
  description: 'The `position` of a write: answers once it is shown here, or 503 after two seconds.',
  schema: { type: 'string' },
} as const;

const PROBLEM = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail'],
  properties: {
    type: { type: 'string', example: '/problems/plan-incomplete' },
    title: { type: 'string', example: 'The plan is not complete' },
    status: { type: 'integer', example: 422 },
    detail: { type: 'string', example: 'Add what is missing; each piece is named.' },
    instance: { type: 'string', example: '/api/v1/plans/1d0e1c5e-0f5b-5c59-9f0e-0c7d5d1c0d01/activate' },
    correlationId: { type: 'string', format: 'uuid', example: '9c0d1c5e-0f5b-4c59-9f0e-0c7d5d1c3002' },
    errors: {
      type: 'array',
      description: 'What to mend, by JSON pointer into the body.',
      items: {
        type: 'object',
        required: ['pointer', 'detail'],
        properties: { pointer: { type: 'string', example: '/goals/0/measure' }, detail: { type: 'string', example: 'is required' } },
      },
    },
  },
};

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]));
}
