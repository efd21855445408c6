import type { CredentialValue } from '../../lambdas/domain/credential.ts';
import type { CredentialId, GatewayId, KitId, RotationId } from '../../lambdas/domain/ids.ts';
import type { Kit } from '../../lambdas/domain/kit.ts';
import { keptFetch } from '../../lambdas/kits/kept-fetch.ts';
import { kitKindOf } from '../../lambdas/kits/kinds.ts';
import { openKong } from '../../lib/local/stand-ins/kong.ts';
import { noEdge, noFunctions } from '../kits/reach.ts';

const unused = async (): Promise<never> => {
  throw new Error('The scratch kit needs no secret and tells nobody.');
};

/** Puts a credential into a Kong of our own, as a rotation would, reads it back, and gives what its workers present. */
export const throughScratchKit = async (
  value: CredentialValue,
  credentialId: CredentialId,
): Promise<CredentialValue> => {
  const kong = await openKong({ port: 0, workerUpdateMs: 0, nowMs: Date.now });
  try {
    const plugin = kong.addPlugin({ serviceUrl: 'https://scratch.invalid' });
    const kind = kitKindOf('kong');
    const settings = { adminUrl: kong.adminUrl, propagationSeconds: 1 };
    const kit: Kit = {
      ...{ gatewayId: 'live' as GatewayId, kitId: 'scratch' as KitId, kind: 'kong', owner: 'the live test' },
      ...{ traits: kind.traits(settings), lookBackSeconds: 1, settings, registeredAtMs: Date.now() },
    };
    const installation = {
      ...{ kit, credentialId, value, secretArn: 'none', deadlineAtMs: Date.now() },
      rotationId: '00000000-0000-4000-8000-000000000000' as RotationId,
    };
    const access = {
      ...{
        fetch: keptFetch(),
        currentIn: unused,
        readSecret: unused,
        secrets: { read: unused, write: unused },
        secretsByRole: () => ({ read: unused, write: unused }),
        parameters: { read: unused, write: unused },
        functions: noFunctions,
        edge: noEdge,
        commands: { parametersOf: unused, sentSince: unused, show: unused, send: unused },
        files: { read: unused, replace: unused },
      },
      ...{ notifyOwner: unused, nowMs: Date.now, signal: AbortSignal.timeout(10_000) },
    };
    await kind.install(installation, settings, access);
    const shown = await kind.readBack?.(installation, settings, access);
    const presented = kong.currentCredential(plugin);
    if (!shown?.matches || presented !== value) throw new Error('The scratch kit does not show what it was given.');
    return value;
  } finally {
    await kong.close();
  }
};
