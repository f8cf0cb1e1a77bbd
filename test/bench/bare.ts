import { Body, Controller, Module, Post, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { IsISO8601, IsObject, IsOptional, IsString, IsUUID, MaxLength } from 'class-validator';

/** The body of a record, as an ordinary Nest service would check it; what lies inside `raw` and `context` it does not even look at. */
class RecordDto {
  @IsUUID() id: string;
  @IsUUID() student: string;
  @IsUUID() plan: string;
  @IsUUID() goal: string;
  @IsISO8601() occurredAt: string;
  @IsOptional() @IsString() @MaxLength(64) zone?: string;
  @IsObject() raw: object;
  @IsOptional() @IsObject() context?: object;
}

@Controller('api/v1')
class BareController {
  @Post('observations')
  record(@Body() { id }: RecordDto) {
    return { id };
  }
}

@Module({ controllers: [BareController] })
class BareModule {}

/** A POST that validates and does nothing: no token, no rule, no disk, no log line. Prints its address. */
async function main(): Promise<void> {
  const app = await NestFactory.create<NestFastifyApplication>(BareModule, new FastifyAdapter(), { logger: false });
  app.useGlobalPipes(new ValidationPipe({ transform: true, whitelist: true, forbidNonWhitelisted: true }));
  await app.listen(0, '127.0.0.1');
  process.stdout.write(`bare at ${await app.getUrl()}\n`);
}
void main();
