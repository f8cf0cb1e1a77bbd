import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AfterGuard, createHttpApp, SseStreams } from '@foundation/http';
import { ApiModule } from './api.module';
import { translated } from './errors';
import { serveDocumentation } from './openapi';
import type { Platform } from './platform';

/** The whole HTTP side on a platform, ready to `listen`. `close()` stops accepting, lets requests finish and ends open streams. */
export async function createApi(platform: Platform): Promise<NestFastifyApplication> {
  const sse = new SseStreams();
  const app = await createHttpApp(ApiModule.forRoot(platform, sse), {
    logger: platform.logger,
    translate: translated,
    sse,
    observer: platform.metrics,
  });
  platform.metrics.gauge('change_streams', 'Open streams of changes', () => sse.size);
  app.useGlobalGuards(new AfterGuard(platform.views, platform.journal.logId));
  serveDocumentation(app);
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return app;
}
