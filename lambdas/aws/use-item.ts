import { hash } from 'node:crypto';
import type { CredentialId, GatewayId } from '../domain/ids.ts';
import type { Seen } from '../domain/kit.ts';

/** The partition of the use of a credential in a shard. */
export const usePartition = (gatewayId: GatewayId, credentialId: CredentialId, shard: number): string =>
  `USE#${gatewayId}#${credentialId}#${shard}`;
/** Who presented a revoked credential: few, so they are together, and apart from use, whose last time is evidence. */
export const refusedPartition = (gatewayId: GatewayId, credentialId: CredentialId): string =>
  `REFUSED#${gatewayId}#${credentialId}`;
/** What the sort key of a probe begins with. */
export const ofProbes = '!probe#';
/** The sort key of a probe. */
export const probeKey = (nonceHash: string): string => `${ofProbes}${nonceHash}`;
/** A place is an item, with its names as a set and the times of each under a digest of the name. No kit's id begins so. */
export const ofPlaces = '!place#';
/** The sort key of a place. */
export const placeKey = ({ isRefused, shard }: Seen, place: string): string =>
  `${ofPlaces}${isRefused ? shard : ''}#${place}`;
/** The attribute with the names of a place. */
export const names = 'names';
/** The attributes with the times of a name, the address of a node, and the last refusal. */
export const timesOf = (name: string) => {
  const digest = hash('sha256', name, 'base64url').slice(0, 12);
  return {
    first: `f:${digest}`,
    last: `l:${digest}`,
    address: `a:${digest}`,
    refused: `r:${digest}`,
    code: `c:${digest}`,
  };
};
