import { AwsError, type AwsService } from '../../emulator/wire/service.ts';
import { movedMarkIn } from './moved-mark.ts';

/** What would begin a rotation here, or change what rotates; the button is none of them, since it only ends what is accepted. */
const begins = (service: string, operation: string, input: Readonly<Record<string, unknown>>): boolean => {
  if (service === 'states') return operation === 'StartExecution';
  if (service === 'secretsmanager') return operation === 'RotateSecret';
  const isCall = service === 'lambda' && operation.startsWith('Invoke');
  return isCall && /(^|:)(apply-registry|operate|rotate-secret)(:|$)/.test(String(input.FunctionName));
};

/** The same service, but that nothing rotates where the gateways were moved away: one credential of two truths would cut its kits off. */
export const refuseMoved = (service: AwsService, dataFolder: string | undefined): AwsService =>
  dataFolder === undefined
    ? service
    : {
        ...service,
        call: async (operation, input, caller) => {
          const moved = begins(service.signingName, operation, input) ? movedMarkIn(dataFolder) : undefined;
          if (moved)
            throw new AwsError(
              'AccessDeniedException',
              `The gateways of this machine were moved to ${moved.to}: rotate and decide there. Here credentials are still accepted, and the compromise button still works.`,
              400,
            );
          return service.call(operation, input, caller);
        },
      };

/** Whether Secrets Manager may still rotate here. */
export const mayRotate = (dataFolder: string | undefined): boolean =>
  dataFolder === undefined || movedMarkIn(dataFolder) === undefined;
