import type { Kit, KitWork } from '../../domain/kit.ts';
import { kitKindOf } from '../../kits/kinds.ts';
import type { KitAccess, KitCheck } from '../../kits/kit-kind.ts';
import { kitFailure } from './reach-kit.ts';

/** What asking one kit came to: `ready` as far as it can be seen without a change, or why not. */
export type KitTest = { readonly kitId: string; readonly kind: string } & (
  | ({ readonly result: 'READY' } & KitCheck)
  | ({ readonly result: 'FAILED' } & NonNullable<KitWork['failure']>)
);

/** Asks one kit and changes nothing; an error is the result. */
export const testKit = async (kit: Kit, secretArn: string | undefined, access: KitAccess): Promise<KitTest> => {
  const { kitId, kind } = kit;
  try {
    const asked = { kit, ...(secretArn === undefined ? {} : { secretArn }) };
    return { kitId, kind, result: 'READY', ...(await kitKindOf(kind).check(asked, kit.settings, access)) };
  } catch (error) {
    return { kitId, kind, result: 'FAILED', ...kitFailure(error) };
  }
};
