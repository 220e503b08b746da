import { CriClient, PodSandbox } from '../cri/cri-client';

const HANDLER_ANNOTATION = 'io.kubernetes.cri-o.RuntimeHandler';

interface SandboxInfo {
  readonly runtimeSpec?: { readonly annotations?: { readonly [name: string]: string } };
}

/**
 * The handler of a sandbox. CRI-O tells none in the CRI's own fields, only in the OCI spec that it shows on request.
 *
 * @see https://github.com/cri-o/cri-o/blob/v1.36.3/server/sandbox_status.go
 */
export async function handlerOfSandbox(cri: CriClient, { id, handler }: PodSandbox): Promise<string> {
  if (handler) return handler;
  const { info = '{}' } = await cri.podSandboxInfo(id);
  const { runtimeSpec } = JSON.parse(info) as SandboxInfo;
  return runtimeSpec?.annotations?.[HANDLER_ANNOTATION] ?? '';
}
