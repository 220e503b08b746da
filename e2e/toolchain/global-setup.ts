import { containerd, CONTAINERD_VERSIONS, etcd, gvisor, kubeApiserver, runc } from '.';
import { missingRequirements } from './requirements';

/** Before any scenario: all that is needed is there, or the run ends here and says what is missing. */
export default async function setup(): Promise<void> {
  const missing = missingRequirements();
  if (missing.length > 0) {
    console.error(`test:node cannot run here:\n${missing.map(line => `  - ${line}`).join('\n')}`);
    process.exit(1);
  }
  for (const version of CONTAINERD_VERSIONS) await containerd(version);
  await runc();
  await gvisor();
  await etcd();
  await kubeApiserver();
}
