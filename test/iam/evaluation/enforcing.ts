import type { CloudOptions } from '../../../lib/local/cloud.ts';
import { accessOf, type Decided, grantsOf } from './access.ts';
import type { Grant } from './grants.ts';
import { policiesOf } from './template-policies.ts';

/** The policies of a deployment's own template decide about its calls: `access` is for the deployment, `grants` for when it is open. */
export const enforcing = (
  onDecision: (decided: Decided) => void,
  actsAs?: () => string | undefined,
): { readonly access: NonNullable<CloudOptions['access']>; readonly grants: () => readonly Grant[] } => {
  let grants: readonly Grant[] = [];
  return {
    access: ({ template, resolve, secretOf, secretsKey }) => {
      const policies = policiesOf(template, resolve);
      grants = grantsOf(policies);
      return accessOf({ policies, secretOf, secretsKey, actsAs, onDecision });
    },
    grants: () => grants,
  };
};
