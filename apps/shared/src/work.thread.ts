import { workOnThread } from '@foundation/view-store';
import { viewSet } from './view-set';

workOnThread(viewSet);
