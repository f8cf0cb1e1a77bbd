import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { DirectoryQuery } from '@views/directory';
import { Requires } from '../access/requires';
import { Answers } from '../shared/answers';
import { ClassesAnswer, SchoolsAnswer } from './schools.answers';

@ApiTags('schools')
@Controller()
export class SchoolsController {
  constructor(private readonly directory: DirectoryQuery) {}

  @Get('schools')
  @Requires('school.read')
  @ApiOperation({ summary: 'Schools as the roster states them' })
  @Answers(SchoolsAnswer, 'In order of id; one that left the roster is marked.')
  schools() {
    return { items: this.directory.schools() };
  }

  @Get('classes')
  @Requires('school.read')
  @ApiOperation({ summary: 'Classes as the roster states them' })
  @Answers(ClassesAnswer, 'In order of id; one that left the roster is marked.')
  classes() {
    return { items: this.directory.classes() };
  }
}
