/** Every kind of kit there is; `kitKinds` does not compile until it has each of them. */
export const kindNames = [
  'kong',
  'konnect',
  'apigee',
  'azure-apim',
  'mulesoft',
  'aws-lambda',
  'aws-lambda-edge',
  'kubernetes-secret',
  'pinggateway',
  'secrets-manager',
  'ssm-parameter',
  'webhook',
  'manual',
  'forward',
] as const;
export type KindName = (typeof kindNames)[number];
