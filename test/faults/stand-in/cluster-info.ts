import type { handleUnaryCall } from '@grpc/grpc-js';
import { ClusterInfo, EndPoint, MemberInfo } from '@eventstore/db-client/generated/gossip_pb';
import type { Empty } from '@eventstore/db-client/generated/shared_pb';
import { SupportedMethod, SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb';
import type { NodeContext } from './context';
import { uuid } from './messages';
import { answerOnce } from './unary';

/** The version whose behaviour the stand-in follows. */
const SERVER_VERSION = '23.10.7';

const { LEADER, FOLLOWER, UNKNOWN } = MemberInfo.VNodeState;
const STATES = { leader: LEADER, follower: FOLLOWER, unknown: UNKNOWN };

export function supportedMethods(node: NodeContext): handleUnaryCall<Empty, SupportedMethods> {
  return (call, answer) =>
    answerOnce(node, 'features', call, '', answer, () => {
      const methods = ['append', 'batchappend', 'read', 'delete', 'tombstone'].map((name) =>
        new SupportedMethod().setServiceName('event_store.client.streams.streams').setMethodName(name),
      );
      return { value: new SupportedMethods().setEventStoreServerVersion(SERVER_VERSION).setMethodsList(methods) };
    });
}

export function gossip(node: NodeContext): handleUnaryCall<Empty, ClusterInfo> {
  return (call, answer) =>
    answerOnce(node, 'gossip', call, '', answer, () => {
      const members = node.members().map(({ id, state, alive, host, port }) =>
        new MemberInfo()
          .setInstanceId(uuid(id))
          .setTimeStamp(String(BigInt(Date.now()) * 10_000n))
          .setState(STATES[state])
          .setIsAlive(alive)
          .setHttpEndPoint(new EndPoint().setAddress(host).setPort(port)),
      );
      return { value: new ClusterInfo().setMembersList(members) };
    });
}
