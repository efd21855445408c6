import { render } from '../../lambdas/console/html/render.ts';
import { startConsoleServer } from '../../lib/local/console/server.ts';
import { viewsOf } from '../console/all-views.ts';
import { onMachine } from '../console/scenes.ts';

const views: Readonly<Record<string, ReturnType<typeof viewsOf>[keyof ReturnType<typeof viewsOf>]>> = viewsOf();

/** The name of every view that there is to look at. */
export const viewNames = Object.keys(views);

/** The console's page around views of a night that never changes: `?view=<name>` shows the one of that name. */
export const openViews = () =>
  startConsoleServer({
    port: 0,
    dataFolder: undefined, // the views say that of their scene
    call: async (_, event) => {
      const { view: name = 'gateways', token } = event as { view?: string; token: string };
      const view = views[name];
      if (!view) throw new Error(`There is no view ${name}.`);
      return render(view, { surface: { kind: 'page', token, deployment: onMachine }, requestId: 'r' });
    },
  });
