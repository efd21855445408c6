import type { RefusalCode } from '../domain/decision.ts';
import type { Gateway } from '../domain/gateway.ts';
import type { GatewayId } from '../domain/ids.ts';
import type { Use } from '../domain/kit.ts';
import type { KitVerdict } from '../domain/kit-verdict.ts';
import type { Applied } from '../ports.ts';

/** What a person has to repeat before kits are cut off, and whom it hits. */
export type Confirmation = {
  readonly kits: number;
  readonly kitsHash: string;
  /** The first 50 of them. */
  readonly named: readonly Extract<KitVerdict, { kind: 'LAGGARD' }>[];
  /** Who uses a predecessor without being a registered kit, the latest first; and how many more there are. */
  readonly unregistered: readonly Use[];
  readonly moreUnregistered?: number;
};

/** How many use a predecessor without being a registered kit. */
export const strangersIn = ({
  unregistered,
  moreUnregistered = 0,
}: Pick<Confirmation, 'unregistered' | 'moreUnregistered'>): number => unregistered.length + moreUnregistered;

/** What became of a decision: taken, nothing to do, or refused with the reason. */
export type OperateResult =
  | { readonly result: 'DONE' | 'UNCHANGED'; readonly gatewayId: GatewayId; readonly revision: number }
  | {
      readonly result: 'REFUSED';
      readonly gatewayId: GatewayId;
      readonly code: RefusalCode;
      readonly message: string;
      readonly confirm?: Confirmation;
    };
type Refused = Extract<OperateResult, { result: 'REFUSED' }>;

export const refused = (
  { gatewayId }: Pick<Gateway, 'gatewayId'>,
  code: Refused['code'],
  message: string,
): Refused => ({
  result: 'REFUSED',
  gatewayId,
  code,
  message,
});

export const unchanged = ({ gatewayId, revision }: Gateway): OperateResult => ({
  result: 'UNCHANGED',
  gatewayId,
  revision,
});

export const notRunning = ({ gatewayId }: Gateway): Refused =>
  refused({ gatewayId }, 'NOT_RUNNING', `No rotation runs on gateway ${gatewayId}: there is nothing to decide about.`);

/** What the record came to. */
export const resultOf = (gatewayId: GatewayId, applied: Applied): OperateResult =>
  applied.kind === 'refused'
    ? refused({ gatewayId }, applied.code, applied.message)
    : { result: applied.changed ? 'DONE' : 'UNCHANGED', gatewayId, revision: applied.gateway.revision };
