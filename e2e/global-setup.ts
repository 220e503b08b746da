import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { removeDeadNodes } from './node/namespaced-host';
import { containerd, CONTAINERD_VERSIONS, etcd, gvisor, GVISOR_NEXT_RELEASE, kubernetes, runc } from './toolchain';
import { hasSysResource } from './toolchain/capabilities';
import { docker, DOCKER_VERSIONS } from './toolchain/docker';
import { missingRequirements } from './toolchain/requirements';

/** Before any scenario: all that is needed is there, or the run ends here and says what is missing. */
export default async function setup(): Promise<void> {
  const missing = missingRequirements();
  if (missing.length > 0) {
    console.error(`test:node cannot run here:\n${missing.map(line => `  - ${line}`).join('\n')}`);
    process.exit(1);
  }
  await removeDeadNodes();
  // The synthesized ConfigMap carries the bundle: never an old one.
  execFileSync('npx', ['projen', 'bundle'], { cwd: join(__dirname, '..'), stdio: 'inherit' });
  if (!hasSysResource()) {
    console.log('this machine lacks CAP_SYS_RESOURCE: gVisor\'s shim is built with oomScoreMax = 0 instead of -999, and containerd gets restrict_oom_score_adj');
  }
  for (const version of CONTAINERD_VERSIONS) await containerd(version);
  await runc();
  await gvisor();
  await gvisor(GVISOR_NEXT_RELEASE);
  for (const version of DOCKER_VERSIONS) await docker(version);
  await etcd();
  await kubernetes('kube-apiserver');
}
