import { ApiObject, App, Chart } from 'cdk8s';
import { pod, quickstart, runtimeClass } from '../lineup/fixture';
import '../../src/cli/jest-matcher';

/** A class in one chart and a Pod in another one. */
function charts(runtimeClassName: string): { app: App; platform: Chart; team: Chart } {
  const app = new App();
  const platform = new Chart(app, 'platform');
  new ApiObject(platform, 'gvisor', { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: { name: 'gvisor' }, handler: 'runsc' });
  const team = new Chart(app, 'team', { namespace: 'team-a' });
  new ApiObject(team, 'web', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec: { runtimeClassName, containers: [] } });
  return { app, platform, team };
}

test('accepts a chart whose links lead to another chart of its app', () => {
  const { app, platform, team } = charts('gvisor');
  expect(app).toLineUp();
  expect(platform).toLineUp();
  expect(team).toLineUp();
});

test('says what does not line up', () => {
  expect(charts('gvisr').team).not.toLineUp();
  expect(() => expect(charts('gvisr').team).toLineUp()).toThrow('expected everything to line up, but:\n\n  [class-exists] Pod team-a/web\n    runtimeClassName is "gvisr"');
});

test('takes what Testing.synth returns', () => {
  expect(quickstart()).toLineUp();
  expect([pod('web', { runtimeClassName: 'nvidia' })]).not.toLineUp();
  expect([pod('web', { runtimeClassName: 'nvidia' })]).toLineUp({ external: ['nvidia'] });
  expect([runtimeClass('gpu', 'nvidia')]).toLineUp({ handlers: ['nvidia'] });
});

test('says what it shows where something was not to line up', () => {
  expect(() => expect(charts('gvisor').app).not.toLineUp()).toThrow('-> RuntimeClass        gvisor');
});

test('refuses what is none of these', () => {
  expect(() => expect('dist').toLineUp()).toThrow('toLineUp takes a chart, an app or a list of objects');
});

test('is also there for test frameworks that have no global expect', () => {
  const framework = expect;
  try {
    Object.assign(globalThis, { expect: undefined });
    jest.isolateModules(() => framework(jest.requireActual('../../src/cli/jest-matcher').toLineUp([]).pass).toBe(true));
  } finally {
    Object.assign(globalThis, { expect: framework });
  }
});
