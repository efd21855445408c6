import { urlsOf } from '../authorities/pingone/settings.ts';
import type { AccessDecision } from '../domain/gateway.ts';
import { pathText } from './problems.ts';
import type { GatewayOfFile } from './schema.ts';

/** Kits of kind `forward` in a gateway that nobody forwards to: they would be taken for moved, and present nothing. */
export const idleForwardKits = (
  { gatewayId, kits }: Pick<GatewayOfFile, 'gatewayId' | 'kits'>,
  all: readonly Pick<GatewayOfFile, 'decision'>[],
  path: readonly PropertyKey[],
): readonly string[] =>
  all.some(({ decision }) => decision?.kind === 'forward' && decision.to === gatewayId)
    ? []
    : kits.flatMap(({ kind }, index) =>
        kind === 'forward'
          ? [
              `${pathText([...path, 'kits', index, 'kind'])}: given "forward" in a gateway that no gateway of this file forwards to; allowed is another kind, or a gateway whose decision is {"kind": "forward", "to": ${JSON.stringify(gatewayId)}}.`,
            ]
          : [],
      );

/** A decision of the file as the record has it, or what is wrong with it. */
export const decisionOf = (
  {
    gatewayId,
    decision,
    demo,
  }: Pick<GatewayOfFile, 'gatewayId' | 'demo'> & { readonly decision: NonNullable<GatewayOfFile['decision']> },
  all: readonly Pick<GatewayOfFile, 'gatewayId' | 'authority' | 'demo'>[],
  path: readonly PropertyKey[],
): AccessDecision | { readonly problem: string } => {
  if (decision.kind === 'allow-all') return decision;
  const { kind, to } = decision;
  const target = all.find((one) => one.gatewayId === to);
  const wrong = (what: string): { readonly problem: string } => ({
    problem: `${pathText([...path, 'decision', 'to'])}: given ${JSON.stringify(to)}, ${what}; allowed is another gateway of this file with "authority": {"kind": "pingone", …}.`,
  });
  if (!target) return wrong('which is not in the file');
  if (to === gatewayId) return wrong('which is the gateway itself');
  if (target.authority?.kind !== 'pingone') return wrong('whose authority is not PingOne');
  if (target.demo && !demo) return wrong('which is a demo and is not deployed where this one is');
  return { kind, to, serviceUrl: urlsOf(target.authority).serviceUrl };
};
