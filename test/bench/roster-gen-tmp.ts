import { writeRoster } from './roster-of';
void writeRoster(process.argv[2] ?? '', Number(process.argv[3] ?? 50000), Number(process.argv[4] ?? 1));
