import type { Kit, KitWork } from '../../domain/kit.ts';
import { longestRotationMs } from '../../domain/own-keys.ts';
import type { PlannedKey } from '../../domain/plan.ts';
import type { Policy } from '../../domain/policy.ts';
import { kitKindOf, ownKeySecretsOf } from '../../kits/kinds.ts';
import type { KitAccess, KitCheck } from '../../kits/kit-kind.ts';
import { lookAtKey, plannedKey } from './look-at-keys.ts';
import { kitFailure } from './reach-kit.ts';

/** What asking one kit came to: `ready` as far as it can be seen without a change, or why not; and the keys that it is reached with. */
export type KitTest = { readonly kitId: string; readonly kind: string; readonly ownKeys: readonly PlannedKey[] } & (
  | ({ readonly result: 'READY' } & KitCheck)
  | ({ readonly result: 'FAILED' } & NonNullable<KitWork['failure']>)
);

/** Asks one kit and changes nothing; an error is the result. The policy says how long a rotation may need its keys. */
export const testKit = async (
  kit: Kit,
  { secretArn, policy }: { readonly secretArn?: string; readonly policy: Policy },
  access: KitAccess,
): Promise<KitTest> => {
  const { kitId, kind } = kit;
  const asked = { kit, ...(secretArn === undefined ? {} : { secretArn }) };
  const result = await askKit(asked, access);
  const looked = await Promise.all(
    ownKeySecretsOf(kit).map((secretId) => lookAtKey(access.secrets, secretId, access.signal)),
  );
  const ownKeys = looked.map((key) => plannedKey(key, access.nowMs(), longestRotationMs(policy)));
  return { kitId, kind, ownKeys, ...result };
};

const askKit = async (asked: { readonly kit: Kit; readonly secretArn?: string }, access: KitAccess) => {
  try {
    const { kind, settings } = asked.kit;
    return { result: 'READY', ...(await kitKindOf(kind).check(asked, settings, access)) } as const;
  } catch (error) {
    return { result: 'FAILED', ...kitFailure(error) } as const;
  }
};
