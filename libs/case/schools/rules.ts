/** The room's rules without the web's framework, for threads that decide and serve no requests. */
export { classStream, schoolStream, termStream } from './events';
export { classDecider } from './class';
export { schoolDecider } from './school';
export { termDecider } from './term';
