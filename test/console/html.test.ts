import { describe, expect, it } from 'vitest';
import { who } from '../../lambdas/console/html/actor.ts';
import { commandFor, deploymentName } from '../../lambdas/console/html/deployment.ts';
import { html } from '../../lambdas/console/html/html.ts';
import { when } from '../../lambdas/console/html/parts.ts';
import { render, renderRefusal } from '../../lambdas/console/html/render.ts';
import { style } from '../../lambdas/console/html/style.ts';
import type { Surface } from '../../lambdas/console/html/surface.ts';
import { hostile, hostileNames, viewsOf } from './all-views.ts';
import { minutes, nowMs, onAws, onMachine } from './scenes.ts';
import { elementsOf } from './well-formed.ts';

const page: Surface = { kind: 'page', token: 'token-of-this-start', deployment: onMachine };
const showFunction = 'arn:aws:lambda:eu-central-1:111122223333:function:show';
const actFunction = 'arn:aws:lambda:eu-central-1:111122223333:function:act';
const widget: Surface = { kind: 'widget', theme: 'dark', deployment: onAws, showFunction, actFunction };
const requestId = 'request-1';
const surfaces = { page, widget };

describe('html', () => {
  it('escapes every text, within quotes too, and inserts only its own markup as it is', () => {
    const inner = html`<b>${'<i>'}</b>`;
    expect(html`<p title="${'"><script>'}">${'a & b'}${inner}${[inner, 'x']}${undefined}${0}</p>`.text).toBe(
      '<p title="&quot;&gt;&lt;script&gt;">a &amp; b<b>&lt;i&gt;</b><b>&lt;i&gt;</b>x0</p>',
    );
  });
  it('shows control characters and those that turn text around, and leaves emoji whole', () => {
    expect(html`${'a\u202eb\u0000c\u2066d'}`.text).toBe('a\ufffdb\ufffdc\ufffdd');
    expect(html`${'👩‍👩‍👧 مرحبا'}`.text).toBe('👩‍👩‍👧 مرحبا');
  });
  it('does not take an object that looks like markup for markup', () => {
    const forged = JSON.parse('{"text":"<script>"}');
    expect(() => html`${forged}`.text).toThrow();
  });
});

describe('who did something', () => {
  it.for([
    ['workflow', 'the workflow'],
    ['policy', 'the gateway&#39;s policy'],
    ['secrets-manager', 'Secrets Manager'],
    ['arn:aws:sts::111122223333:assumed-role/operators/alice', 'alice (role operators)'],
    ['arn:aws:iam::111122223333:user/ops/bob', 'bob'],
    ['arn:aws:iam::111122223333:root', 'root of 111122223333'],
    ['arn:aws:states:us-east-1:000000000000:execution:rotation:console-r-2', 'console-r-2'],
    ['claimed: Alice (request 4711)', 'Alice <span class="soft">(claimed)</span>'],
    ['claimed: Alice (arn:aws:states:us-east-1:0:execution:rotation:r-2)', 'Alice <span class="soft">(claimed)</span>'],
    ['claimed: Bob (the policy)', 'Bob, the policy <span class="soft">(claimed)</span>'],
    ['claimed: Secrets Manager (request 1)', 'Secrets Manager <span class="soft">(claimed)</span>'],
  ])('%s is %s, and in full to who points at it', ([actor = '', name = '']) =>
    expect(who(actor).text).toBe(`<span title="${actor}">${name}</span>`),
  );
  it('is left as it is where there is no shorter name, also one that an object has', () => {
    for (const actor of ['npm start', 'constructor', 'toString']) expect(who(actor).text).toBe(actor);
  });
  it('says of nobody that he is vouched for who only claims it', () => {
    expect(who('claimed: arn:aws:iam::1:user/root (request 1)').text).toContain('(claimed)');
    expect(who('claimed: x\n) (request 1)').text).toContain('(claimed)');
  });
});

describe.for(Object.entries(surfaces))('on a %s', ([, surface]) => {
  const rendered = Object.entries(viewsOf()).map(
    ([name, view]) => [name, render(view, { surface, requestId })] as const,
  );

  it.for(rendered)(
    '%s is well-formed, and has nothing that CloudWatch strips or a strict policy refuses',
    ([, text]) => {
      const elements = elementsOf(text);
      const names = new Set(elements.map(({ name }) => name));
      for (const forbidden of ['script', 'iframe', 'use', 'foreignObject', 'object', 'embed', 'link', 'base', 'img'])
        expect(names).not.toContain(forbidden);
      for (const { attributes } of elements) expect(attributes).not.toMatch(/\s(style|on\w+|xlink:href)="|javascript:/);
    },
  );

  it.for(rendered)('%s has one heading of the first level, and names its tables and pictures', ([, text]) => {
    const elements = elementsOf(text);
    const count = (name: string) => elements.filter((one) => one.name === name).length;
    expect(count('h1')).toBe(1);
    expect(count('caption')).toBe(count('table'));
    for (const { attributes } of elements.filter(
      ({ name, attributes }) => name === 'svg' && attributes.includes('role="img"'),
    ))
      expect(attributes).toMatch(/aria-label="[^"]{20,}"/);
  });

  it.for(Object.entries(viewsOf(hostileNames)))('%s shows hostile names as text', ([, view]) => {
    const text = render(view, { surface, requestId });
    const elements = elementsOf(text);
    expect(elements.filter(({ name }) => name === 'b' || name === 'script')).toEqual([]);
    expect(text.includes(hostile) || text.includes('\u202e')).toBe(false);
  });

  it('says what was refused without trusting it', () => {
    const text = renderRefusal(hostile, surface);
    expect(elementsOf(text).map(({ name }) => name)).not.toContain('b');
  });
});

describe('the page', () => {
  const { rotating, emergency } = viewsOf();
  it('acts by forms that carry its token and the id of the request, so that a double click is one press', () => {
    const inputs = elementsOf(render(emergency, { surface: page, requestId })).filter(({ name }) => name === 'input');
    const hidden = inputs.map(({ attributes }) => attributes).filter((one) => one.includes('type="hidden"'));
    expect(hidden.join()).toContain('name="token" value="token-of-this-start"');
    expect(hidden.join()).toContain('name="requestId" value="request-1"');
  });
  it('leads on by plain links, and so works without script', () => {
    const text = render(rotating, { surface: page, requestId });
    expect(text).toContain('<a class="button" href="?view=act&amp;gatewayId=orders&amp;act=hold">Hold…</a>');
    expect(elementsOf(text).map(({ name }) => name)).not.toContain('cwdb-action');
  });
});

describe('the widget', () => {
  const { rotating, emergency, gateways } = viewsOf();
  it('leads on by calls of the function that shows, each of the element right before it', () => {
    const text = render(gateways, { surface: widget, requestId });
    const actions = [...text.matchAll(/<\/button><cwdb-action [^>]*endpoint="([^"]+)"[^>]*>([^<]*)</g)];
    expect(actions).toHaveLength([...text.matchAll(/<cwdb-action /g)].length);
    expect(new Set(actions.map(([, endpoint]) => endpoint))).toEqual(new Set([showFunction]));
    const asked = actions.map(([, , given = '']) => JSON.parse(given.replaceAll('&quot;', '"')));
    expect(asked).toContainEqual({ view: 'gateway', gatewayId: 'orders' });
    expect(text).not.toContain('href=');
  });
  it('acts by calls of the function that acts, and asks before it cuts anybody off', () => {
    const text = render(emergency, { surface: widget, requestId });
    const acts = [...text.matchAll(/<cwdb-action [^>]*endpoint="([^"]+)" confirmation="([^"]+)">([^<]*)</g)];
    expect(acts.map(([, endpoint]) => endpoint)).toEqual([actFunction, actFunction]);
    expect(acts.map(([, , , given = '']) => JSON.parse(given.replaceAll('&quot;', '"')))).toEqual([
      { act: 'compromise', gatewayId: 'orders', requestId, rejectWithinSeconds: '60', console: showFunction },
      { act: 'compromise', gatewayId: 'orders', requestId, rejectWithinSeconds: '0', console: showFunction },
    ]);
    expect(acts[1]?.[2]).toBe('orders: refuse j2oh157DT0, Zt3kPq81Aa NOW? 5 kits will be cut off.');
  });
  it('is dark on a dark dashboard', () => {
    expect(render(rotating, { surface: widget, requestId })).toContain('cwdb-no-default-styles dark"');
  });
});

describe('a deployment', () => {
  it('is named by account, region and stack, or as this machine with the name of its data folder', () => {
    expect(deploymentName(onAws)).toBe('GatewayCredentialRotation, account 111122223333, eu-central-1');
    expect(deploymentName(onMachine)).toBe('this machine, gateway-credential-rotation');
    expect(deploymentName({ kind: 'machine', dataFolder: '' })).toBe('this machine, nothing kept');
  });
  it('stands above every view, and above what was refused', () => {
    for (const surface of [page, widget])
      for (const text of [
        ...Object.values(viewsOf()).map((view) => render(view, { surface, requestId })),
        renderRefusal('no', surface),
      ])
        expect(text).toMatch(
          surface === page
            ? /<strong>This machine<.*<strong>gateway-credential-rotation</
            : /<strong>111122223333<.*<strong>eu-central-1<.*<strong>GatewayCredentialRotation</,
        );
  });
  it('is asked by commands in which every argument is one word of a shell', () => {
    expect(commandFor(onAws, 'apply', 'my gateways.json')).toBe(
      "npx gateway-credentials apply 'my gateways.json' --stack GatewayCredentialRotation --region eu-central-1",
    );
    expect(commandFor({ kind: 'machine', dataFolder: "/tmp/it's; rm" }, 'apply')).toBe(
      "npx gateway-credentials apply --data '/tmp/it'\\''s; rm'",
    );
    expect(commandFor({ kind: 'machine', dataFolder: '' }, 'apply')).toBe('npx gateway-credentials apply --local');
  });
  it('without gateways says what to do next, in commands that ask this very one', () => {
    const text = render(viewsOf()['nothing yet'], { surface: widget, requestId });
    expect(text).toContain('What to do next');
    expect(text).toContain('apply gateways.json --plan --stack GatewayCredentialRotation --region eu-central-1</code>');
  });
});

describe('the record', () => {
  it('says in plain words what happened and who did it, and has ids and codes in a column of their own', () => {
    const text = render(viewsOf().history, { surface: page, requestId });
    const row = /<tr[^>]*>((?:(?!<\/tr>).)*New credential is current.*?)<\/tr>/s.exec(text)?.[1] ?? '';
    expect(row).toMatch(/^<th[^>]*>New credential is current<\/th>/);
    expect(row).toContain('the workflow');
    expect(row).toMatch(/data-label="Ids"><span class="id">Zt3kPq81Aa, promoted #\d+<\/span><\/td>$/);
    expect(text).toContain('<h2>Manual rotation</h2>');
  });
  it('has times as seen from now and by the calendar, with their zone, to the second when they are near', () => {
    expect(when(nowMs - 41 * minutes, nowMs).text).toMatch(/>41 min ago<.*>2026-11-23<\/span> 01:33 UTC</);
    expect(when(nowMs + 48_000, nowMs).text).toMatch(/>in 48 s<.*>2026-11-23<\/span> 02:14:48 UTC</);
  });
});

it('styles nothing outside of the console', () => {
  const flat = style.replace(/@media[^{]+\{/g, '');
  const selectors = [...flat.matchAll(/(?:^|\})([^{}]+)\{/g)].flatMap(([, selector = '']) => selector.split(','));
  expect(selectors.length).toBeGreaterThan(60);
  for (const selector of selectors) expect(selector.trim()).toMatch(/^\.gcr|^$/);
});
