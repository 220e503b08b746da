import type { Rule } from '../rule';

/** Where every Kubernetes client looks for its token. */
const TOKEN_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';
const TOKEN_FILES = ['token', 'ca.crt'];

/** Installer -> API server: `claim` and `admit` find their token, and no container has both a token and the host. */
export const installerToken: Rule = {
  id: 'installer-token',
  *check({ installers }) {
    for (const { daemonSet: object, pod, plan } of installers) {
      for (const { name, mounts } of pod.containers) {
        const volumes = mounts.flatMap(({ volume, path }) => ({ path, volume: pod.volumes.get(volume) }));
        const token = volumes.find(({ volume }) => volume?.token);
        if (token && volumes.some(({ volume }) => volume?.hostPath !== undefined)) {
          yield { object, message: `the container ${name} mounts both the host and a token; only claim and admit may have the token, only install the host` };
        }
        if (!plan?.gate || !['claim', 'admit'].includes(name)) {
          continue;
        }
        if (token?.path !== TOKEN_FOLDER) {
          yield { object, message: `the container ${name} has its token at ${token?.path ?? 'no path'}; the agent looks for it at ${TOKEN_FOLDER}` };
        }
        const missing = TOKEN_FILES.filter((file) => token && !token.volume?.paths.includes(file));
        if (missing.length) {
          yield { object, message: `the token volume of ${name} brings ${token?.volume?.paths.join(', ')}; the agent also reads ${missing.join(' and ')}` };
        }
      }
    }
  },
};
