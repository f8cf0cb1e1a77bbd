/** The room's rules without the web's framework, for threads that decide and serve no requests. */
export { type Guardian, studentStream } from './events';
export { type Ending, studentDecider, type StudentCommand, type StudentFile } from './student';
