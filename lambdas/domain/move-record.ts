import { type By, by, withEntry } from './decision.ts';
import type { Gateway } from './gateway.ts';

/** What becomes another where a gateway moves to, and what those who come later have to know of where it was. */
export type Moved = {
  readonly secretArn: string;
  /** With it what was exported before is verified: PEM. */
  readonly evidencePublicKey: string;
};

/** The record of a gateway as another deployment goes on with it: the same credentials and history, one entry longer. Only for one in which no rotation runs. */
export const moved = (
  gateway: Gateway,
  { secretArn, evidencePublicKey }: Moved,
  command: By,
  nowMs: number,
): Gateway => {
  const revision = gateway.revision + 1;
  const { probe: _, unpublishedFrom: __, ...rest } = gateway; // a nonce of there, and a bus of there
  const atMs = Math.max(nowMs, gateway.writtenAtMs);
  return withEntry(
    { ...rest, secretArn, isScheduled: false, revision, transitionRevision: revision, writtenAtMs: atMs },
    {
      kind: 'move',
      ...by(command),
      revision,
      atMs,
      credentialIds: gateway.live.map(({ credentialId }) => credentialId),
      detail: { revisionThere: gateway.revision, evidencePublicKey },
    },
  );
};
