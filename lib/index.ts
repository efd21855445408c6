/** What an app of CDK imports: the construct, what it is made with, and the error of what it refuses. */

export type { PeopleRole } from './constructs/people.ts';
export type { GatewayCredentialRotationProps } from './constructs/rotation-props.ts';
export { SettingsRefused } from './constructs/settings.ts';
export { GatewayCredentialRotation } from './gateway-credential-rotation.ts';
