import { projectOnThread } from '@foundation/view-store';
import { viewSet } from './view-set';

projectOnThread(viewSet);
