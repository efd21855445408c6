import type { Kit } from '../domain/kit.ts';
import { allHold, edgeOf } from './aws-lambda-edge-function.ts';
import { type AwsLambdaEdgeSettings, awsLambdaEdgeSettings } from './aws-lambda-edge-settings.ts';
import { credentialIn, heldWords } from './held-credential.ts';
import { KitUnreachable } from './kit-errors.ts';
import type { KitAccess, KitKind } from './kit-kind.ts';
import { retryWhileTime } from './retry-while-time.ts';

/**
 * A Lambda@Edge function that has its credential in its package, such as Ping's kit for CloudFront: edge functions have no
 * variables. It is installed when the distribution names a version with the credential, and shows it when all edge locations
 * have that. Reading back proves what is called, not what the function presents: that it takes the credential from this file
 * is the word of the settings, and what runs already ends by itself.
 */
export const awsLambdaEdge: KitKind<AwsLambdaEdgeSettings> & { readonly kind: 'aws-lambda-edge' } = {
  kind: 'aws-lambda-edge',
  settings: awsLambdaEdgeSettings,
  traits: ({ propagationSeconds }) => ({ installedBy: 'us', readBackProves: 'store', propagationSeconds }),
  destinations: ({ functionName, distributionId }) => ({
    urls: [],
    secrets: [],
    functions: [`${functionName} at the edge of distribution ${distributionId}`],
  }),
  install: ({ kit, value }, settings, access) =>
    retryWhileTime(access.signal, async () => {
      const one = edgeOf(kit, settings, access);
      const before = await one.served();
      if (allHold(before, value)) return { state: 'INSTALLED' };
      await one.change(value, before);
      if (allHold(await one.served(), value)) return { state: 'INSTALLED' };
      throw new KitUnreachable('NOT_STORED', {
        doing: `Reading distribution ${settings.distributionId} back`,
        kit,
        answer: 'it does not call a version with the new credential',
        todo: 'It is tried again; look for another tool that writes its associations if this stays.',
      });
    }),
  // Under way is neither yes nor no: as a no, the kit would be given again what it has.
  readBack: ({ kit, value }, settings, access) =>
    retryWhileTime(access.signal, async () => {
      const served = await edgeOf(kit, settings, access).served();
      if (!allHold(served, value)) return { matches: false };
      return served.distribution.isDeployed ? { matches: true } : undefined;
    }),
  check: ({ kit }, settings, access) => retryWhileTime(access.signal, () => checkOne(kit, settings, access)),
};

const checkOne = async (kit: Kit, settings: AwsLambdaEdgeSettings, access: KitAccess) => {
  const { functionName, distributionId, eventType, file, propagationSeconds } = settings;
  const one = edgeOf(kit, settings, access);
  const served = await one.served();
  await one.publishable(served);
  const { versions, associations, distribution } = served;
  const patterns = associations.map(({ pathPattern }) => pathPattern).join(', ');
  const state = distribution.isDeployed ? 'is deployed' : 'is being deployed';
  return {
    seen: [
      `Distribution ${distributionId} ${state}, and calls function ${functionName} at ${eventType} of ${patterns}.`,
      ...versions.map(({ version, place }) => `${file} of version ${version} holds ${heldWords(place.held)}.`),
    ],
    notShown: [
      'Whether the function and the distribution may be changed: that is seen when they are.',
      `Whether the function reads ${file}.`,
      `Whether all edge locations have a change within ${propagationSeconds} s.`,
    ],
    would: [
      `Change the credential in ${file} of function ${functionName}; the rest of its package stays as it is.`,
      `Publish a version of it, and have distribution ${distributionId} call that in place of ${versions.map(({ version }) => version).join(', ')}.`,
    ],
    holds: [...new Set(versions.flatMap(({ place }) => credentialIn(place.held)?.credentialId ?? []))],
  };
};
