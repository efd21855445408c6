import type { Gateway } from '../../domain/gateway.ts';
import type { RotationId } from '../../domain/ids.ts';
import type { Kit } from '../../domain/kit.ts';
import type { Plan } from '../../domain/plan.ts';
import { namedAtMost } from '../../domain/retiring-use.ts';
import { kitKindOf } from '../../kits/kinds.ts';
import type { ClockAndLog, Dependencies, Stored } from '../../ports.ts';
import { accessFor, kitFailure } from './reach-kit.ts';

type Needs = Pick<Dependencies, 'secretVersions' | 'kitSecrets' | 'kitReach' | 'pingOne'> & ClockAndLog;

/** Each kit is asked so long. */
const kitMs = 8_000;

/** What may be over at the second time of asking, in the kit or in the service that keeps its secret. */
const mayPass: ReadonlySet<string> = new Set(['KitUnreachable', 'TemporarilyUnavailable']);

/** What a kit showed that was asked: whether it holds the current credential, `undefined` when it shows no value; or why it does not answer. */
export type Shown = { readonly matches: boolean | undefined; readonly failure?: never } | { readonly failure: string };

/** All of them together, as a plan says it. */
export const comparedIn = (all: readonly (readonly [Kit, Shown | undefined])[]): Plan['readBack'] => {
  const answered = all.flatMap(([kit, shown]) =>
    shown && shown.failure === undefined ? [[kit, shown.matches] as const] : [],
  );
  const differs = answered.filter(([, matches]) => matches === false);
  return {
    matches: answered.filter(([, matches]) => matches === true).length,
    differs: differs.slice(0, namedAtMost).map(([{ kitId, kind, owner }]) => ({ kitId, kind, owner })),
    moreDiffer: Math.max(0, differs.length - namedAtMost),
    showNothing: answered.filter(([, matches]) => matches === undefined).length,
  };
};

/** What a kit shows, asked twice before it counts as not answering. */
export const shownBy = async (
  needs: Needs,
  gateway: Gateway,
  rotationId: RotationId,
  kit: Kit,
  { credentialId, value }: Stored,
  again = true,
): Promise<Shown> => {
  const deadlineAtMs = needs.now() + gateway.policy.deadlineSeconds * 1000;
  const installation = { kit, credentialId, value, rotationId, secretArn: gateway.secretArn, deadlineAtMs };
  const tellNobody = { ...needs, notifyOwner: async () => undefined };
  try {
    const access = accessFor(tellNobody, kit, { forMs: kitMs });
    const shown = await kitKindOf(kit.kind).readBack?.(installation, kit.settings, access);
    return { matches: shown?.matches };
  } catch (error) {
    if (again && error instanceof Error && mayPass.has(error.name))
      return shownBy(needs, gateway, rotationId, kit, { credentialId, value, versionId: '' }, false);
    return { failure: kitFailure(error).message };
  }
};
