import type { CredentialValue } from './credential.ts';
import { parseCredential } from './credential.ts';
import { StepFailed } from './failure.ts';
import type { CredentialId } from './ids.ts';
import { parsePingOneCredential } from './pingone-credential.ts';

/** What a gateway's secret holds before its first credential; every reader refuses it. */
export const placeholder = JSON.stringify({ state: 'bootstrap' });

type Credential = { readonly credentialId: CredentialId; readonly value: CredentialValue };

/** A credential as a version of the gateway's secret holds it. */
export const secretText = ({ credentialId, value }: Credential): string =>
  JSON.stringify({ credentialId, credential: value });

/** The text that a version holds for a credential, whosever it is: what {@link secretText} wrote, or the whole text. */
export const credentialTextIn = (text: string): string | undefined => {
  try {
    const { credential } = Object(JSON.parse(text)) as { credential?: unknown };
    return typeof credential === 'string' ? credential : undefined;
  } catch {
    return text;
  }
};

/** Reads what {@link secretText} wrote, or a bare credential that a person put there. Throws {@link StepFailed}, and never names the text in it. */
export const readSecretText = (text: string, versionId: string): Credential & { readonly versionId: string } => {
  const credential = credentialTextIn(text);
  const parsed =
    credential === undefined ? undefined : (parseCredential(credential) ?? parsePingOneCredential(credential));
  if (!parsed)
    throw new StepFailed(
      `Version ${versionId} of the gateway's secret does not hold a credential; put it back or roll the version's labels back.`,
    );
  const { credentialId, value } = parsed;
  return { credentialId, value, versionId };
};

/** Keeps a live credential's version from being cleaned up, whatever happens to AWSCURRENT and AWSPREVIOUS. */
export const liveLabel = (credentialId: CredentialId): string => `${liveLabelPrefix}${credentialId}`;
const liveLabelPrefix = 'live-';

/** The credential that a label keeps a version for; `undefined` for every other label. */
export const keptFor = (label: string): CredentialId | undefined =>
  label.startsWith(liveLabelPrefix) ? (label.slice(liveLabelPrefix.length) as CredentialId) : undefined;
