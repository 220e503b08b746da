import { POD_LAYOUT } from '../../installer/pod-layout';
import type { Rule } from '../rule';

const TOKEN_FILES = ['token', 'ca.crt'];
/** The ConfigMap with the API server's certificate authority, which Kubernetes puts into every namespace. */
const ROOT_CA = 'kube-root-ca.crt';

/** Installer -> API server: `claim` and `admit` find their token, and no container has both a token and the host. */
export const installerToken: Rule = {
  id: 'installer-token',
  *check({ installers }) {
    for (const { daemonSet: object, pod, plan } of installers) {
      for (const { field, name, mounts } of pod.containers) {
        const volumes = mounts.flatMap(({ volume, path }) => ({ path, volume: pod.volumes.get(volume) }));
        const token = volumes.find(({ volume }) => volume?.token);
        if (token && volumes.some(({ volume }) => volume?.hostPath !== undefined)) {
          yield { object, field, message: `the container ${name} mounts both the host and a token; only claim and admit may have the token, only install and watch the host` };
        }
        if (!plan?.gate || !['claim', 'admit'].includes(name)) {
          continue;
        }
        if (token?.path !== POD_LAYOUT.serviceAccount) {
          yield { object, field, message: `the container ${name} has its token at ${token?.path ?? 'no path'}; the agent looks for it at ${POD_LAYOUT.serviceAccount}` };
        }
        const authority = token?.volume?.configMaps.find(({ items }) => items?.some(({ path }) => path === 'ca.crt'));
        if (authority && (authority.name !== ROOT_CA || authority.items?.some(({ key }) => key !== 'ca.crt'))) {
          yield { object, field, message: `the token volume of ${name} takes the certificate authority from ${JSON.stringify(authority)}; write the key ca.crt of the ConfigMap ${ROOT_CA}` };
        }
        const missing = TOKEN_FILES.filter((file) => token && !token.volume?.paths.includes(file));
        if (missing.length) {
          yield { object, field, message: `the token volume of ${name} brings ${token?.volume?.paths.join(', ')}; the agent also reads ${missing.join(' and ')}` };
        }
      }
    }
  },
};
