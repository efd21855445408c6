import {
  type DomainName,
  EndpointType,
  type RestApi,
  type RestApiProps,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigateway';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { InterfaceVpcEndpoint } from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/**
 * How the API is reached: from everywhere, or, when interface endpoints of VPCs are named, through these only. The authorizer
 * decides behind it in both.
 */
export const reachedThrough = (
  scope: Construct,
  vpcEndpointIds: readonly string[],
): Pick<RestApiProps, 'endpointConfiguration' | 'policy'> =>
  vpcEndpointIds.length === 0
    ? { endpointConfiguration: { types: [EndpointType.REGIONAL] } }
    : {
        endpointConfiguration: {
          types: [EndpointType.PRIVATE],
          vpcEndpoints: vpcEndpointIds.map((vpcEndpointId, index) =>
            InterfaceVpcEndpoint.fromInterfaceVpcEndpointAttributes(scope, `Endpoint${index}`, {
              vpcEndpointId,
              port: 443,
            }),
          ),
        },
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

/** A name of your own for the API, over TLS 1.2 or better; DNS points it at the answer's `domainNameAliasDomainName`. */
export const namedBy = (api: RestApi, domainName: string, certificateArn: string): DomainName =>
  api.addDomainName('Domain', {
    domainName,
    certificate: Certificate.fromCertificateArn(api, 'Certificate', certificateArn),
    endpointType: EndpointType.REGIONAL,
    securityPolicy: SecurityPolicy.TLS_1_2,
  });
