export type { DemoStaff, District } from './district';
export { type Commands, type DemoOptions, fillDistrict, type Filled } from './fill';
