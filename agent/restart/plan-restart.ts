import { RestartStrategy } from './restart-strategy';
import { SupervisedRestart } from './supervised-restart';
import { SystemdRestart } from './systemd-restart';
import { WatchedFiles } from './watched-files';
import { RestartPlan } from '../../src/installer/install-plan';
import { SYSTEMD_SOCKET } from '../systemd/systemd-manager';

export interface RestartOptions {
  readonly systemdSocket?: string;
}

/** The strategy that a plan asks for. */
export function restartStrategy(plan: RestartPlan, { systemdSocket = SYSTEMD_SOCKET }: RestartOptions = {}): RestartStrategy {
  switch (plan.kind) {
    case 'systemd': return new SystemdRestart(plan.unit, systemdSocket, plan);
    case 'supervised': return new SupervisedRestart(plan.pidFile);
    case 'watched': return new WatchedFiles();
  }
}
