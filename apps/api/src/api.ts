import multipart from '@fastify/multipart';
import { UnsupportedMediaTypeException } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SET_LIMITS } from '@exchange/rostering';
import { AfterGuard, createHttpApp, SseStreams } from '@foundation/http';
import { ApiModule } from './api.module';
import { translated } from './errors';
import { serveDocumentation } from './openapi';
import type { Platform } from './platform';
import { UPLOAD_BYTES } from './roster/upload';
import { refuseOnlyWhatIsCurrent } from './shared/current';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Takes files as multipart/form-data; every other route answers 415. */
    multipart?: boolean;
  }
}

/** The whole HTTP side on a platform, ready to `listen`. `close()` stops accepting, lets requests finish and ends open streams. */
export async function createApi(platform: Platform): Promise<NestFastifyApplication> {
  const sse = new SseStreams();
  const app = await createHttpApp(ApiModule.forRoot(platform, sse), {
    logger: platform.logger,
    translate: translated,
    sse,
    observer: platform.metrics,
  });
  await app.register(multipart, { limits: { fileSize: UPLOAD_BYTES + 1, files: SET_LIMITS.files, fields: 4, fieldSize: 100 } });
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', async ({ headers, routeOptions }) => {
      const isMultipart = headers['content-type']?.toLowerCase().startsWith('multipart/') === true;
      if (isMultipart && !routeOptions.config.multipart) throw new UnsupportedMediaTypeException();
    });
  platform.metrics.gauge('change_streams', 'Open streams of changes', () => sse.size);
  app.useGlobalGuards(new AfterGuard(platform.views, platform.journal.logId));
  serveDocumentation(app);
  if (platform.jobBoard) {
    // Only a cluster has one, and it takes its time to load.
    const { mountJobBoard } = await import('./jobs/board');
    await mountJobBoard(app, platform, platform.jobBoard);
  }
  await app.init();
  refuseOnlyWhatIsCurrent(app.get(CommandBus), platform);
  await app.getHttpAdapter().getInstance().ready();
  return app;
}
