import { randomUUID } from 'node:crypto';
import { InputRefused } from '../domain/failure.ts';
import type { Dependencies } from '../ports.ts';
import { render, renderRefusal } from './html/render.ts';
import { readAsk } from './page-request.ts';
import { type ShowNeeds, viewOf } from './read-view.ts';
import { surfaceOf } from './request-surface.ts';
import type { View } from './view/views.ts';

/** What CloudWatch shows beside a widget's parameters, when it asks with `"describe": true`. */
const description = {
  markdown:
    '# Gateway Credential Rotation\nShows all gateways, or one. Parameters: `view` (`gateways`, `gateway`, `history`, `news`), `gatewayId`, `filter`, `state`, `page`, `late`, `part`.',
} as const;

/** The view that is asked for: as HTML, or with `"format": "json"` as its facts. A program's refused question throws InputRefused. */
export const showConsole = async (
  needs: ShowNeeds & Pick<Dependencies, 'actFunction' | 'stackName'>,
  event: unknown,
  ownArn: string,
): Promise<View | string | typeof description> => {
  if (typeof event === 'object' && event !== null && 'describe' in event && event.describe === true) return description;
  const { surface, isProgram } = surfaceOf(event, {
    ...{ show: ownArn, act: needs.actFunction, stackName: needs.stackName },
  });
  try {
    const view = await viewOf(needs, readAsk(event));
    return isProgram ? view : render(view, { surface, requestId: randomUUID() });
  } catch (error) {
    if (!(error instanceof InputRefused) || isProgram) throw error;
    return renderRefusal(error.message, surface);
  }
};
