import { isKitId, type KitId } from '../../../lambdas/domain/ids.ts';
import type { ListedCredential } from '../../../lambdas/domain/pingone-mint.ts';
import type { FoundMap } from '../../../lambdas/kits/apigee-entries.ts';
import type { Held } from '../../../lambdas/kits/held-credential.ts';
import type { FoundPlugin } from '../../../lambdas/kits/kong-plugins.ts';
import type { KitEntry } from '../registry-edit.ts';
import type { ApigeePlace, KongPlace } from './places.ts';

/** What is known before anything is proposed; `kits` are those that the file has already. */
export type Found = {
  readonly authority: { readonly environmentId: string; readonly gatewayId: string };
  readonly serviceUrl: string;
  readonly listed: readonly ListedCredential[];
  readonly kongs: readonly { readonly place: KongPlace; readonly plugins: readonly FoundPlugin[] }[];
  readonly maps: readonly { readonly place: ApigeePlace; readonly map: FoundMap }[];
  readonly kits: readonly KitEntry[];
  readonly owner: string;
};

/** What one found thing holds, with what becomes of it; `credentialId` is what it holds of this gateway. */
export type HeldRow = {
  readonly holds: string;
  readonly credentialId?: string;
  readonly kit: string;
  readonly isNew: boolean;
};

/** What is proposed of one sort of things, and what a person has to know beside it. */
export type Part<Row> = {
  readonly rows: readonly Row[];
  readonly kits: readonly KitEntry[];
  readonly notes: readonly string[];
};

/** The id of the credential, when it is one of this gateway: its value names both. */
export const ofGateway = ({ authority }: Pick<Found, 'authority'>, holds: Held): string | undefined =>
  holds.kind === 'pingone' && holds.gatewayId === authority.gatewayId && holds.environmentId === authority.environmentId
    ? holds.credentialId
    : undefined;

/** What is held, in words and without the value. */
export const heldText = (found: Pick<Found, 'authority' | 'listed'>, holds: Held): string => {
  if (holds.kind === 'nothing') return 'nothing';
  if (holds.kind === 'reference') return 'a vault reference, which cannot be read';
  if (holds.kind === 'masked') return 'a value that is not shown';
  if (holds.kind === 'other') return 'no PingOne credential';
  const credentialId = ofGateway(found, holds);
  if (credentialId === undefined) return 'a credential of another PingOne gateway';
  const isListed = found.listed.some((one) => one.credentialId === credentialId);
  return `${credentialId}${isListed ? '' : ', which PingOne does not have (any more)'}`;
};

/** Makes names of kits by where they are, each once; a person may change them before they are applied. */
export const namesBeside = (kits: readonly KitEntry[]): ((parts: readonly (string | undefined)[]) => KitId) => {
  const taken = new Set(kits.map(({ kitId }) => kitId));
  return (parts) => {
    const wanted = label(parts.filter((part) => part !== undefined).join('-'))
      .slice(0, 55)
      .replace(/-+$/, '');
    for (let number = 1; ; number += 1) {
      const name = number === 1 ? wanted : `${wanted}-${number}`;
      if (!isKitId(name) || taken.has(name)) continue;
      taken.add(name);
      return name;
    }
  };
};

/** A text of what a name may have. */
export const label = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]+/g, '-');
