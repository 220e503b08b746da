import { RestartStrategy } from './restart-strategy';
import { SupervisedRestart } from './supervised-restart';
import { SystemdRestart } from './systemd-restart';
import { RestartPlan } from '../../src/installer/install-plan';
import { SYSTEMD_SOCKET } from '../systemd/systemd-manager';

/** The strategy that a plan asks for. */
export function restartStrategy(plan: RestartPlan, { systemdSocket = SYSTEMD_SOCKET }: { readonly systemdSocket?: string } = {}): RestartStrategy {
  switch (plan.kind) {
    case 'systemd': return new SystemdRestart(plan.unit, systemdSocket);
    case 'supervised': return new SupervisedRestart(plan.pidFile);
  }
}
