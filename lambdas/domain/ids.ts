declare const brand: unique symbol;
type Id<Name extends string> = string & { readonly [brand]: Name };

/** A logical API gateway, as the user named it in `gateways.json`. */
export type GatewayId = Id<'GatewayId'>;
/** One integration kit installation, as the user named it. */
export type KitId = Id<'KitId'>;
/** The public part of a credential; for the builtin authority ten base62 characters. */
export type CredentialId = Id<'CredentialId'>;
/** One run; a UUID, and for the builtin authority also the version id of the value in Secrets Manager. */
export type RotationId = Id<'RotationId'>;

const namePattern = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** What a gateway id or kit id may be; part of a URL path, so it is a DNS label. */
export const nameRule = '1 to 63 of a-z, 0-9 and "-", not starting or ending with "-"';

export const isGatewayId = (text: string): text is GatewayId => namePattern.test(text);
export const isKitId = (text: string): text is KitId => namePattern.test(text);
export const isRotationId = (text: string): text is RotationId => uuidPattern.test(text);
