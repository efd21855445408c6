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

export const namePattern = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
export const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
export const credentialIdPattern = /^[A-Za-z0-9-]{1,64}$/;
export const sourcePattern = /^[A-Za-z0-9.:-]{1,63}$/;
export const versionIdPattern = /^[A-Za-z0-9-]{32,64}$/;
export const requestIdPattern = /^[\w.:-]{1,64}$/;
export const executionNamePattern = /^[\w-]{1,80}$/;

/** The longest gateway id or kit id. */
export const longestName = 63;
/** What a gateway id or kit id may be; part of a URL path, so it is a DNS label. */
export const nameRule = `1 to ${longestName} of a-z, 0-9 and "-", not starting or ending with "-"`;
/** What a credential's id may be: ours, and those of other authorities. A value of ours has a "_", and never passes for one. */
export const credentialIdRule = '1 to 64 of A-Z, a-z, 0-9 and "-": the id of a credential, never its value';
/** What a source of a kit may be: an IPv4 or IPv6 address, or the name of a node. */
export const sourceRule =
  'an IP address, or the name of a node, as the kit is shown to be seen from; "many-others" are the sources of a kit that are too many to be told apart';
/** What the id of a version in Secrets Manager may be (its API: ClientRequestToken). */
export const versionIdRule = '32 to 64 of A-Z, a-z, 0-9 and "-": the id of a version of the secret, never its value';
/** Stands for a rotation that is only asked about: no rotation is ever recorded by it. */
export const noRotation = '00000000-0000-4000-8000-000000000000' as RotationId;

/** What makes a press one press; an EventBridge event's own id is one. */
export const requestIdRule = '1 to 64 of A-Z, a-z, 0-9, "_", ".", ":" and "-"';
/** What we name an execution: part of an ARN, so narrower than Step Functions allows. */
export const executionNameRule = '1 to 80 of A-Z, a-z, 0-9, "_" and "-"';

export const isGatewayId = (text: string): text is GatewayId => namePattern.test(text);
export const isKitId = (text: string): text is KitId => namePattern.test(text);
export const isRotationId = (text: string): text is RotationId => uuidPattern.test(text);
