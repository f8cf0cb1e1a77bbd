export { createApi } from './src/api';
export { ApiModule } from './src/api.module';
export { openApiDocument } from './src/openapi';
export { PLATFORM, type Platform } from './src/platform';
