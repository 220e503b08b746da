import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiObject, App, Chart, JsonPatch, Lazy } from 'cdk8s';
import type { Construct } from 'constructs';
import { parseAllDocuments } from 'yaml';
import { GVisorRelease, GVisorRuntime } from '../../src';

let outdir: string;
beforeEach(() => {
  outdir = mkdtempSync(join(tmpdir(), 'synth-'));
});
afterEach(() => rmSync(outdir, { recursive: true }));

/** An app with a Pod in a sandbox, whose image is worked out when it is rendered. */
function appWithPod(team: (scope: Construct) => Chart = (scope) => new Chart(scope, 'team', { namespace: 'team-a' })) {
  const app = new App({ outdir });
  const gvisor = new GVisorRuntime(new Chart(app, 'sandbox', { namespace: 'sandbox-system' }), 'gvisor', { release: GVisorRelease.V20261005_0 });
  let rendered = 0;
  const pod = new ApiObject(team(app), 'web', {
    apiVersion: 'v1',
    kind: 'Pod',
    spec: { containers: [{ name: 'web', image: Lazy.any({ produce: () => `web:${++rendered}` }) }] },
  });
  gvisor.sandbox(pod);
  return { app, pod, renderings: () => rendered, written: () => documents(readFileSync(join(outdir, 'team.k8s.yaml'), 'utf8'))[0] };
}

function documents(yaml: string): any[] {
  return parseAllDocuments(yaml).map((document) => document.toJS());
}

test('an object is rendered once in a pass: what was checked is what is written', () => {
  const { app, renderings, written } = appWithPod();
  app.synth();
  expect(renderings()).toBe(1);
  expect(written().spec).toMatchObject({ runtimeClassName: 'gvisor', containers: [{ image: 'web:1' }] });
});

test('the next pass renders it again', () => {
  const { app, pod, written } = appWithPod();
  app.synth();
  pod.addJsonPatch(JsonPatch.add('/spec/hostname', 'later'));
  app.synth();
  expect(written().spec).toMatchObject({ hostname: 'later', runtimeClassName: 'gvisor', containers: [{ image: 'web:2' }] });
});

test('a pass that failed leaves nothing to the next one', () => {
  const { app, pod } = appWithPod();
  pod.addJsonPatch(JsonPatch.add('/spec/runtimeClassName', 'runc'));
  expect(() => app.synth()).toThrow('runtimeClassName');
  pod.addJsonPatch(JsonPatch.remove('/spec/runtimeClassName'));
  expect(documents(app.synthYaml()).find(({ kind }) => kind === 'Pod').spec).toMatchObject({ runtimeClassName: 'gvisor', containers: [{ image: 'web:2' }] });
});

test('outside of a pass every rendering is a new one', () => {
  const { pod } = appWithPod();
  const images = () => Chart.of(pod).toJson().map(({ spec }) => [spec.runtimeClassName, spec.containers[0].image]);
  expect([images(), images()]).toEqual([[['gvisor', 'web:2']], [['gvisor', 'web:4']]]);
});

test.each(['before', 'after'])('a patch that a validation makes %s the check is written', (when) => {
  const app = new App({ outdir });
  const team = new Chart(app, 'team', { namespace: 'team-a' });
  const gvisor = new GVisorRuntime(team, 'gvisor', { release: GVisorRelease.V20261005_0 });
  const pod = new ApiObject(team, 'web', { apiVersion: 'v1', kind: 'Pod', spec: { containers: [{ name: 'web', image: 'web' }] } });
  const runtimeClass = gvisor.node.findChild('Resource') as ApiObject;
  gvisor.sandbox(pod);
  // cdk8s asks the app first, and what came last at last.
  const place = when === 'before' ? app : new Chart(app, 'last');
  place.node.addValidation({
    validate: () => {
      pod.addJsonPatch(JsonPatch.add('/spec/hostname', 'late'));
      runtimeClass.metadata.addLabel('team', 'late');
      return [];
    },
  });
  const find = (objects: any[], wanted: string) => objects.find(({ kind }) => kind === wanted);
  for (const objects of [documents(app.synthYaml()), team.toJson()]) {
    expect(find(objects, 'Pod').spec).toMatchObject({ hostname: 'late', runtimeClassName: 'gvisor' });
    expect(find(objects, 'RuntimeClass').metadata.labels).toEqual({ team: 'late' });
  }
});

test('a chart that changes its objects before they are rendered has them written as they are then', () => {
  class LateChart extends Chart {
    public toJson(): any[] {
      for (const object of this.apiObjects) object.addJsonPatch(JsonPatch.add('/spec/hostname', 'late'));
      return super.toJson();
    }
  }
  const { app, written } = appWithPod((scope) => new LateChart(scope, 'team', { namespace: 'team-a' }));
  app.synth();
  expect(written().spec).toMatchObject({ hostname: 'late', runtimeClassName: 'gvisor' });
});

test('a chart that changes what was rendered has it written like this', () => {
  class ChangingChart extends Chart {
    public toJson(): any[] {
      return super.toJson().map((manifest) => ({ ...manifest, metadata: { ...manifest.metadata, labels: { changed: 'yes' } } }));
    }
  }
  const { app, written } = appWithPod((scope) => new ChangingChart(scope, 'team', { namespace: 'team-a' }));
  app.synth();
  expect(written()).toMatchObject({ metadata: { labels: { changed: 'yes' } }, spec: { runtimeClassName: 'gvisor' } });
});

test('a chart that changes the objects of another chart before they are rendered has them written as they are then', () => {
  class MeddlingChart extends Chart {
    public toJson(): any[] {
      pod.addJsonPatch(JsonPatch.add('/spec/hostname', 'meddled'));
      return super.toJson();
    }
  }
  const { app, pod, written } = appWithPod((scope) => {
    new MeddlingChart(scope, 'a-first');
    return new Chart(scope, 'team', { namespace: 'team-a' });
  });
  app.synth();
  expect(written().spec).toMatchObject({ hostname: 'meddled', runtimeClassName: 'gvisor' });
});
