import { InputRefused } from '../domain/failure.ts';
import type { Gateway } from '../domain/gateway.ts';
import type { CredentialId, GatewayId, KitId } from '../domain/ids.ts';
import { inWords, problemsText } from '../domain/in-words.ts';
import type { Kit } from '../domain/kit.ts';
import { shardOf } from '../domain/shards.ts';
import { type NewsSettings, newsSettings } from '../news/channel-schema.ts';
import type { ClockAndLog, Dependencies } from '../ports.ts';
import { acknowledgedAtOnce } from './acknowledge-input.ts';
import { acknowledgeKits, type KitsAcknowledged, registered } from './acknowledge-kits.ts';
import { ownKitsInput } from './own-kits-input.ts';

type Needs = Pick<Dependencies, 'gateways' | 'kits' | 'news'> & ClockAndLog;

/** What an owner has to know to fetch a credential: where it is and which one it shall be; never the value. */
export type OwnKitsShown = {
  readonly gatewayId: GatewayId;
  readonly secretArn: string;
  /** Absent when there is none yet. */
  readonly credentialId?: CredentialId;
  readonly kits: readonly { readonly kitId: KitId; readonly owner: string; readonly acknowledged?: CredentialId }[];
};

/**
 * Shows or acknowledges kits for who acts for their owners, and for nobody else: IAM says who the caller is, and gateways.json
 * which principals act for which owner. A kit that is not there and one of somebody else are refused alike. Throws {@link InputRefused}.
 */
export const ownKits = async (
  needs: Needs,
  given: unknown,
  userArn: string,
): Promise<OwnKitsShown | KitsAcknowledged> => {
  const parsed = ownKitsInput.safeParse(given, inWords);
  if (!parsed.success)
    throw new InputRefused(
      `The call was refused: ${problemsText(parsed.error)} Allowed are show and acknowledge, with gatewayId and 1 to ${acknowledgedAtOnce} kitIds.`,
    );
  const asked = parsed.data;
  const gateway = await registered(needs, asked.gatewayId);
  const settings = newsSettings.parse((await needs.news.settings()) ?? {});
  const kits = await theirKits(needs, gateway, asked.kitIds, ownersOf(settings, userArn), userArn);
  if (asked.command === 'acknowledge') return acknowledgeKits(needs, asked, { actor: userArn, reason: asked.reason });
  const expected = gateway.rotation?.targetId ?? gateway.currentCredentialId;
  return {
    ...{ gatewayId: gateway.gatewayId, secretArn: gateway.secretArn },
    ...(expected === undefined ? {} : { credentialId: expected }),
    kits: kits.map(({ kitId, owner, acknowledged }) => ({
      ...{ kitId, owner },
      ...(acknowledged ? { acknowledged: acknowledged.credentialId } : {}),
    })),
  };
};

/** A principal without its path, which the ARN of an assumed role does not have: names of roles are unique in an account. */
const withoutPath = (arn: string): string => arn.replace(/:(role|user)\/(?:.*\/)?([^/]+)$/, ':$1/$2');

/** The role of a session, or the user. */
const principalOf = (userArn: string): string => {
  const [, partition, account, role] = /^arn:([\w-]+):sts::(\d{12}):assumed-role\/([^/]+)\//.exec(userArn) ?? [];
  return role === undefined ? withoutPath(userArn) : `arn:${partition}:iam::${account}:role/${role}`;
};

/** The owners for whom a caller acts. */
const ownersOf = ({ owners }: NewsSettings, userArn: string): ReadonlySet<string> =>
  new Set(
    Object.entries(owners)
      .filter(([, { principals }]) => principals.some((one) => withoutPath(one) === principalOf(userArn)))
      .map(([owner]) => owner),
  );

const theirKits = async (
  { kits }: Needs,
  { gatewayId, shardCount }: Gateway,
  ids: readonly KitId[],
  owners: ReadonlySet<string>,
  userArn: string,
): Promise<readonly Kit[]> => {
  const wanted = new Set(ids);
  const found = new Map<KitId, Kit>();
  for (const shard of new Set(ids.map((kitId) => shardOf(kitId, shardCount))))
    for await (const kit of kits.ofShard(gatewayId, shard, shardCount))
      if (wanted.has(kit.kitId) && owners.has(kit.owner)) found.set(kit.kitId, kit);
  const others = ids.filter((kitId) => !found.has(kitId));
  if (others.length > 0)
    throw new InputRefused(
      `Gateway ${gatewayId} has no kit ${others.slice(0, 20).join(', ')} for whose owner ${principalOf(userArn)} acts: have it named under owners in gateways.json, or ask an operator.`,
    );
  return ids.flatMap((kitId) => found.get(kitId) ?? []);
};
