import type { GatewayId, KitId } from '../../../lambdas/domain/ids.ts';
import { inWords, problemsText } from '../../../lambdas/domain/in-words.ts';
import type { Kit } from '../../../lambdas/domain/kit.ts';
import { apigee } from '../../../lambdas/kits/apigee.ts';
import { entriesOfApigee, type FoundMap } from '../../../lambdas/kits/apigee-entries.ts';
import { kitKindOf } from '../../../lambdas/kits/kinds.ts';
import type { KitAccess, KitKind } from '../../../lambdas/kits/kit-kind.ts';
import { kong } from '../../../lambdas/kits/kong.ts';
import { type FoundPlugin, pluginsOfKong } from '../../../lambdas/kits/kong-plugins.ts';
import { kitFailure } from '../../../lambdas/workflow/shared/reach-kit.ts';
import type { Connection } from '../connection.ts';
import { CommandFailed } from '../failure.ts';
import { ownAccess } from '../own-access.ts';
import { namesBeside } from './found.ts';
import { type ApigeePlace, type KongPlace, mapPathOf } from './places.ts';

type From = {
  readonly connection: Pick<Connection, 'settings'>;
  readonly gatewayId: GatewayId;
  readonly owner: string;
};
/** Why a place could not be asked. */
type Failed = { readonly failed: string };

/** The `ping-auth` plugins of a Kong. Throws {@link CommandFailed} for options that are wrong. */
export const lookAtKong = async (
  from: From,
  place: KongPlace,
): Promise<{ readonly place: KongPlace; readonly plugins: readonly FoundPlugin[] } | Failed> => {
  const looked = await look(from, kong, { option: '--kong', name: place.adminUrl, settings: place }, pluginsOfKong);
  return 'failed' in looked ? looked : { place, plugins: looked.answer };
};

/** The entries of a key value map. Throws {@link CommandFailed} for options that are wrong. */
export const lookAtMap = async (
  from: From,
  place: ApigeePlace,
): Promise<{ readonly place: ApigeePlace; readonly map: FoundMap } | Failed> => {
  const asked = { option: '--apigee', name: mapPathOf(place), settings: place };
  const looked = await look(from, apigee, asked, entriesOfApigee);
  return 'failed' in looked ? looked : { place, map: looked.answer };
};

const look = async <Settings extends Readonly<Record<string, unknown>>, Answer>(
  { connection, gatewayId, owner }: From,
  kind: KitKind<Settings> & { readonly kind: string },
  asked: { readonly option: string; readonly name: string; readonly settings: object },
  ask: (kit: Kit, settings: Settings, access: KitAccess) => Promise<Answer>,
): Promise<{ readonly answer: Answer } | Failed> => {
  const read = kind.settings.safeParse(asked.settings, inWords);
  if (!read.success) throw new CommandFailed('usage', `${asked.option}: ${problemsText(read.error)}`);
  const kitId: KitId = namesBeside([])([kind.kind, asked.name]);
  const kit: Kit = {
    ...{ gatewayId, kitId, kind: kind.kind, owner, settings: read.data },
    traits: kitKindOf(kind.kind).traits(read.data),
    lookBackSeconds: 1,
    registeredAtMs: Date.now(),
  };
  try {
    return { answer: await ask(kit, read.data, ownAccess(connection, kit)) };
  } catch (error) {
    return { failed: `${asked.name}: ${kitFailure(error).message}` };
  }
};
