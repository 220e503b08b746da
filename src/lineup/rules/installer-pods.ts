import { OS_LABEL } from '../../platform/os-label';
import { valueAt } from '../manifest';
import { textMap } from '../pod-view';
import type { Rule } from '../rule';

const LINUX = 'linux';
const PSA = 'pod-security.kubernetes.io';
const PRIVILEGED = 'privileged';

/** Installer -> nodes: its Pods are admitted, belong to the DaemonSet and come to the Linux nodes of the pool. */
export const installerPods: Rule = {
  id: 'installer-pods',
  *check(index) {
    for (const { daemonSet: object, namespace, pod } of index.installers) {
      const labels = textMap(object, 'spec', 'template', 'metadata', 'labels');
      for (const [key, value] of textMap(object, 'spec', 'selector', 'matchLabels')) {
        if (labels.get(key) !== value) {
          yield { object, field: ['spec', 'selector', 'matchLabels', key], message: `the selector asks for the label "${key}: ${value}", which the Pod template lacks; write the same label in both` };
        }
      }
      if (pod.nodeSelector.get(OS_LABEL) !== LINUX) {
        yield {
          object,
          field: ['spec', 'template', 'spec', 'nodeSelector'],
          message: `nodeSelector is {${[...pod.nodeSelector].map((entry) => entry.join(': ')).join(', ')}}; sandbox runtimes exist for Linux only, so it needs "${OS_LABEL}: ${LINUX}"`,
        };
      }
      const runtimeClassName = valueAt(object, 'spec', 'template', 'spec', 'runtimeClassName');
      if (runtimeClassName !== undefined) {
        yield {
          object,
          field: ['spec', 'template', 'spec', 'runtimeClassName'],
          message: `runtimeClassName is ${JSON.stringify(runtimeClassName)}, and only the installer brings a sandbox to a node; leave it out, or it waits for itself`,
        };
      }
      for (const namespaceObject of index.find('Namespace', namespace)) {
        const given = textMap(namespaceObject, 'metadata', 'labels');
        for (const mode of ['enforce', 'audit', 'warn']) {
          if (given.get(`${PSA}/${mode}`) !== PRIVILEGED) {
            yield {
              object: namespaceObject,
              field: ['metadata', 'labels', `${PSA}/${mode}`],
              // Without the other two the Pods run, and only logs and kubectl complain.
              severity: mode === 'enforce' ? 'error' : 'warning',
              message: `the label ${PSA}/${mode} is ${given.get(`${PSA}/${mode}`) ?? 'absent'}; the installer's hostPath volumes need "${PRIVILEGED}"`,
            };
          }
        }
      }
    }
  },
};
