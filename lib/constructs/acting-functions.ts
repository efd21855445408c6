import { FunctionUrlAuthType } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { urlAlias } from '../../lambdas/domain/names.ts';
import { RotationFunction } from './rotation-function.ts';

/** The functions that people call, and the URL of the one that takes decisions. */
export const actingFunctions = (scope: Construct, logRetentionDays: RetentionDays) => {
  const Operate = new RotationFunction(scope, 'Operate', {
    description:
      'Takes the decisions of operators: hold, resume, extend, roll back, force, acknowledge, adopt, recover.',
    timeoutSeconds: 30, // a person is waiting
    logRetentionDays,
  });
  // On an alias: a call of the function itself is seen to have come another way, whatever it says of its caller.
  const { url: operateUrl } = Operate.addAlias(urlAlias).addFunctionUrl({ authType: FunctionUrlAuthType.AWS_IAM });
  const Compromise = new RotationFunction(scope, 'Compromise', {
    description: 'The compromise button: dooms credentials in one write, then replaces them.',
    timeoutSeconds: 60, // a person is waiting
    logRetentionDays,
  });
  const Evidence = new RotationFunction(scope, 'Evidence', {
    description: 'Exports the signed record of one rotation, for auditors.',
    timeoutSeconds: 300, // a person is waiting; for 100,000 kits a while
    logRetentionDays,
  });
  const ConsoleAct = new RotationFunction(scope, 'ConsoleAct', {
    description: 'Does what was pressed in the console: starts, decides, or presses the compromise button.',
    timeoutSeconds: 60, // a person is waiting
    logRetentionDays,
  });
  const Console = new RotationFunction(scope, 'Console', {
    description: 'Shows the console: gateways, kits, use and history. It reads, and no secret.',
    timeoutSeconds: 30, // a person is waiting
    memoryMb: 1024, // a gateway with thousands of kits
    logRetentionDays,
  });
  return { functions: { Operate, Compromise, Evidence, ConsoleAct, Console }, operateUrl };
};
