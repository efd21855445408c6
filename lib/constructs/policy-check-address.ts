import {
  CfnRestApi,
  type DomainName,
  EndpointType,
  type RestApi,
  type RestApiProps,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigateway';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { AnyPrincipal, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';

/** What the API is made with, so that it is reached from everywhere or, with {@link onlyThrough}, from inside VPCs. */
export const reachedFrom = (
  vpcEndpointIds: readonly string[],
): Pick<RestApiProps, 'endpointConfiguration' | 'policy'> =>
  vpcEndpointIds.length === 0
    ? { endpointConfiguration: { types: [EndpointType.REGIONAL] } }
    : {
        endpointConfiguration: { types: [EndpointType.PRIVATE] },
        policy: new PolicyDocument({
          statements: [
            new PolicyStatement({
              principals: [new AnyPrincipal()],
              actions: ['execute-api:Invoke'],
              resources: ['execute-api:/*'],
              conditions: { StringEquals: { 'aws:SourceVpce': [...vpcEndpointIds] } },
            }),
          ],
        }),
      };

/** Gives a private API a host name for each of these endpoints; the authorizer decides behind it as behind any other. */
export const onlyThrough = (api: RestApi, vpcEndpointIds: readonly string[]): void => {
  const resource = api.node.defaultChild;
  if (resource instanceof CfnRestApi && vpcEndpointIds.length > 0)
    resource.addPropertyOverride('EndpointConfiguration.VpcEndpointIds', [...vpcEndpointIds]);
};

/** A name of your own for the API, over TLS 1.2 or better; DNS points it at the answer's `domainNameAliasDomainName`. */
export const namedBy = (api: RestApi, domainName: string, certificateArn: string): DomainName =>
  api.addDomainName('Domain', {
    domainName,
    certificate: Certificate.fromCertificateArn(api, 'Certificate', certificateArn),
    endpointType: EndpointType.REGIONAL,
    securityPolicy: SecurityPolicy.TLS_1_2,
  });
