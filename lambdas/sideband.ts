import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { sideband } from './policy-check/sideband.ts';
import { lambda } from './runtime/lean-lambda.ts';
import { sidebandPorts } from './wiring/sideband.ts';

/** The policy check's answer to both legs of a kit's request; the authorizer has checked the credential before. */
export const handler = lambda<APIGatewayProxyEvent, APIGatewayProxyResult>((runtime) =>
  sideband(sidebandPorts(runtime)),
);
