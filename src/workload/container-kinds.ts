import { ContainerProbe } from './container-probe';
import { ContainerPortProtocol } from './sandboxed-container';
import { BOOLEAN, instanceOf, OBJECT, OBJECTS, oneOf, TEXT, TEXTS, type Kind, type Kinds } from '../runtime/given';

const PROBE = instanceOf(() => ContainerProbe, "a ContainerProbe such as ContainerProbe.httpGet('/', 8080)");
const PORTS: Kind = [OBJECTS[0], `${OBJECTS[1]} such as [{ containerPort: 8080 }]`];

/** Members of a SandboxedContainer, but for those that have checks of their own. */
export const CONTAINER: Kinds = {
  command: TEXTS,
  args: TEXTS,
  env: OBJECT,
  ports: PORTS,
  resources: OBJECT,
  volumeMounts: OBJECTS,
  security: OBJECT,
  readinessProbe: PROBE,
  livenessProbe: PROBE,
  startupProbe: PROBE,
};

export const PORT: Kinds = { protocol: oneOf(ContainerPortProtocol) };

export const MOUNT: Kinds = { mountPath: TEXT, subPath: TEXT, readOnly: BOOLEAN };

export const SECURITY: Kinds = {
  runAsNonRoot: BOOLEAN, readOnlyRootFilesystem: BOOLEAN, allowPrivilegeEscalation: BOOLEAN, addCapabilities: TEXTS, dropCapabilities: TEXTS,
};
