import { pathInOwnFolder } from './absolute-path';
import type { RestartPlan } from '../installer/install-plan';

/** How the node agent restarts the container runtime. */
export class NodeRestart {
  /**
   * Through systemd's private socket (`/run/systemd/private`), as `systemctl restart` does for root; needs neither
   * hostPID nor a capability.
   *
   * @param unit name of the unit, e.g. `containerd.service`
   * @throws if the unit is not a service
   */
  public static systemd(unit: string): NodeRestart {
    if (!/^[A-Za-z0-9:_.@-]+\.service$/.test(unit)) {
      throw new Error(`the unit must be a systemd service such as "containerd.service", got "${unit}"`);
    }
    return new NodeRestart({ kind: 'systemd', unit });
  }

  /**
   * For hosts without systemd: the process named in a pid file gets SIGTERM and its supervisor starts it again. The
   * process must be visible to the agent, which in a Pod it only is where both share a PID namespace; so this is for
   * test nodes that are themselves one container.
   *
   * @param pidFile absolute path of the file that holds the process's PID
   */
  public static supervisedProcess(pidFile: string): NodeRestart {
    return new NodeRestart({ kind: 'supervised', pidFile: pathInOwnFolder('pidFile', pidFile, 'read') });
  }

  private constructor(private readonly plan: RestartPlan) {}

  /** @internal */
  public _plan(): RestartPlan {
    return this.plan;
  }
}
