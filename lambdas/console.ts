import { showConsole } from './console/show-page.ts';
import { lambda } from './runtime/lambda.ts';
import { provide } from './wiring/dependencies.ts';

/** Shows the console: for a CloudWatch custom widget, for the local page, and as facts for programs. It reads, and no secret. */
export const handler = lambda<unknown, Awaited<ReturnType<typeof showConsole>>>((runtime) => {
  const dependencies = provide(
    runtime,
    'records',
    'kits',
    'uses',
    'secretVersions',
    'plans',
    'ownKeys',
    'news',
    'actFunction',
    'stackName',
  );
  return (event, { invokedFunctionArn }) => showConsole(dependencies, event, invokedFunctionArn);
});
