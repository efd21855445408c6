import { StepFailed } from '../../domain/failure.ts';
import type { Gateway } from '../../domain/gateway.ts';
import type { Kit } from '../../domain/kit.ts';
import { KitCallFailed } from '../../domain/kit-call-failed.ts';
import { keySaid, type OwnKey, ownKeyOf, standingOf } from '../../domain/own-keys.ts';
import type { PlannedKey } from '../../domain/plan.ts';
import type { SecretUser } from '../../domain/secret-tag.ts';
import { ownKeySecretsOf } from '../../kits/kinds.ts';
import type { Dependencies, KitSecrets } from '../../ports.ts';
import { boundedMap } from '../../runtime/bounded-map.ts';

/** The secrets with which a kit is reached, for who may not know kinds of kits. */
export const keySecretsOf = (kit: Pick<Kit, 'kind' | 'settings'>): readonly string[] => ownKeySecretsOf(kit);

/** A secret with an own key, and who may ask for it: the gateway's authority, or the first few kits that name it. */
export type KeyUse = {
  readonly secretId: string;
  /** How many kits name it; none: the worker application at PingOne. */
  readonly kits: number;
  readonly users: readonly [SecretUser, ...SecretUser[]];
  readonly owners: ReadonlySet<string>;
};

/** Of many kits with one secret so many are tried, where its tag does not name the first. */
const usersAtMost = 3;

/** The secrets with own keys of a gateway, each once, whatever number of kits shares it; not that of a PingOne which this deployment does not ask. */
export const keyUsesOf = async (
  { pingOne }: Pick<Dependencies, 'pingOne'>,
  { gatewayId, authority }: Pick<Gateway, 'gatewayId' | 'authority'>,
  kits: AsyncIterable<Kit> | Iterable<Kit>,
): Promise<readonly KeyUse[]> => {
  const found = new Map<string, { kits: number; users: [SecretUser, ...SecretUser[]]; owners: Set<string> }>();
  if (authority && isAsked(() => pingOne(gatewayId, authority)))
    found.set(authority.workerSecret, { kits: 0, users: [{ gatewayId }], owners: new Set() });
  for await (const kit of kits)
    for (const secretId of ownKeySecretsOf(kit)) {
      const user = { gatewayId, kitId: kit.kitId };
      const use = found.get(secretId);
      if (!use) {
        found.set(secretId, { kits: 1, users: [user], owners: new Set([kit.owner]) });
        continue;
      }
      use.kits += 1;
      use.owners.add(kit.owner);
      if (use.users.length < usersAtMost) use.users.push(user);
    }
  return [...found].map(([secretId, use]) => ({ secretId, ...use }));
};

const isAsked = (ask: () => unknown): boolean => {
  try {
    ask();
    return true;
  } catch (error) {
    if (error instanceof StepFailed) return false;
    throw error;
  }
};

/** Looks at one key; that it cannot be looked at is what is known of it, and never the text of an error, which may quote a value. */
export const lookAtKey = async (
  secrets: Pick<KitSecrets, 'read'>,
  secretId: string,
  signal: AbortSignal,
): Promise<OwnKey> => {
  try {
    return ownKeyOf(secretId, (await secrets.read(secretId, signal)) ?? {});
  } catch (error) {
    return { secretId, from: 'NOBODY', problem: error instanceof KitCallFailed ? error.problem : 'DEFECT' };
  }
};

/** Secrets Manager allows 50 descriptions a second for all in the account. */
const keysAtOnce = 2;
const oneKeyMs = 5_000;

/** Looks at keys one after the other, two at once; `undefined` for those that are not reached before the time is over. */
export const lookAtKeys = async (
  { kitSecrets, now }: Pick<Dependencies, 'kitSecrets'> & { readonly now: () => number },
  uses: readonly KeyUse[],
  untilMs: number,
): Promise<readonly (OwnKey | undefined)[]> =>
  boundedMap(uses, keysAtOnce, async ({ secretId, users: [first, ...others] }) => {
    if (now() >= untilMs) return undefined;
    const lookAs = (user: SecretUser) => lookAtKey(kitSecrets(user), secretId, AbortSignal.timeout(oneKeyMs));
    let key = await lookAs(first);
    for (const user of others) if (key.problem === 'NOT_GIVEN') key = await lookAs(user);
    return key;
  });

/** A key as plans and tests of kits show it. */
export const plannedKey = (key: OwnKey, nowMs: number, longestMs: number): PlannedKey => {
  const iso = (atMs: number): string => new Date(atMs).toISOString();
  return {
    secretId: key.secretId,
    standing: standingOf(key, nowMs, longestMs),
    text: keySaid(key, nowMs, longestMs),
    ...(key.createdAtMs === undefined ? {} : { createdAt: iso(key.createdAtMs) }),
    ...(key.endsAtMs === undefined ? {} : { endsAt: iso(key.endsAtMs) }),
  };
};
