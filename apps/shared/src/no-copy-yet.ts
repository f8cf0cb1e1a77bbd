import { Mendable } from '@foundation/kernel';

/** This node's projector has not made its copy of the log yet. */
export class NoCopyYet extends Mendable {
  constructor(folder: string) {
    super(`There is no copy of the log in ${folder} yet. Start this node's projector on the same folder (THROUGHLINE_DATA) first.`);
  }
}
