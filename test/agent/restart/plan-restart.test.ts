import { restartStrategy } from '../../../agent/restart/plan-restart';

test('a plan that names a unit is carried out by systemd', () => {
  expect(restartStrategy({ kind: 'systemd', unit: 'k3s.service' }).description).toBe('k3s.service by systemd');
});

test('a plan that names a pid file is carried out by the supervisor', () => {
  expect(restartStrategy({ kind: 'supervised', pidFile: '/run/c.pid' }).description).toBe('the process of /run/c.pid by its supervisor');
});
