/** A signature with the key that made it; `publicKey` is SPKI in PEM, `value` DER in base64. */
export type Signature = { readonly keyId: string; readonly publicKey: string; readonly value: string };

/** Signs a text, which may name the key, with one key that never leaves its place. Throws StepFailed and TemporarilyUnavailable. */
export type Signer = { sign(messageFor: (keyId: string) => Buffer): Promise<Signature> };
