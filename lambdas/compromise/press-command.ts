import type { Gateway } from '../domain/gateway.ts';
import type { CredentialId, RotationId } from '../domain/ids.ts';
import type { Compromise } from '../domain/press.ts';

/** What a person asks for when he presses, or asks what a press would do. */
export type Asked = {
  readonly credentialIds?: readonly CredentialId[] | undefined;
  readonly rejectWithinSeconds?: number | undefined;
};

type Named = {
  readonly requestId: string;
  readonly rotationId: RotationId;
  readonly actor: string;
  readonly reason: string;
};

/** In how many seconds it is refused: as asked, or as the policy of the gateway says. */
export const withinSecondsOf = ({ policy }: Gateway, { rejectWithinSeconds }: Asked): number =>
  rejectWithinSeconds ?? policy.rejectWithinSeconds;

/** The one command that a press and its preview come to. */
export const pressCommand = (gateway: Gateway, asked: Asked, named: Named): Compromise => ({
  ...named,
  kind: 'compromise',
  rejectWithinSeconds: withinSecondsOf(gateway, asked),
  ...(asked.credentialIds ? { credentialIds: asked.credentialIds } : {}),
});
