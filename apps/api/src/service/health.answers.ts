import { Shape, Type } from '@foundation/kernel';
import { answer } from '../shared/answers';

export const LiveAnswer = answer('Live', Shape({ status: Type.Literal('live') }), { status: 'live' });
export const ReadyAnswer = answer('Ready', Shape({ status: Type.Literal('ready') }), { status: 'ready' });
