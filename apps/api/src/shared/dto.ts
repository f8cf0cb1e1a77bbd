import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { TextField, WholeField } from '@foundation/http';

/** What every write answers. */
export class WrittenDto {
  @ApiProperty({ format: 'uuid', example: '1d0e1c5e-0f5b-5c59-9f0e-0c7d5d1c0d01' }) id: string;
  @ApiProperty({ type: 'integer', description: 'Revision of the stream: the ETag carries it.', example: 17 }) revision: number;
  @ApiProperty({ description: 'Opaque. A read with `?after=` this position has seen the write.', example: '5f0c1c5e.4711' })
  position: string;
}

export class PageQuery {
  @TextField(200, { optional: true, description: 'From `Link: rel="next"` or `next` of the page before.' }) cursor?: string;
  @Type(() => Number) @WholeField(1, 200, { optional: true, example: 50 }) limit?: number;
}
