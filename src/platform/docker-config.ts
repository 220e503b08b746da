import type { DockerPlatformPlan } from '../installer/install-plan';

/**
 * A runtime of Docker Engine, `runtimes.<handler>` in `daemon.json`.
 *
 * @see https://docs.docker.com/engine/daemon/alternative-runtimes/
 */
export interface DockerRuntimeEntry {
  readonly handler: string;
  /** The shim. */
  readonly runtimePath: string;
  readonly configPath: string;
  /** Absent: the shim looks only at the path. */
  readonly typeUrl?: string;
  /** What can be used like runc. Absent: nothing. */
  readonly program?: DockerProgram;
}

export interface DockerProgram {
  readonly path: string;
  /** Docker writes them unquoted into a shell script: see `dockerArgument`. */
  readonly args: readonly string[];
}

/** What is merged into `daemon.json` for one handler. */
export function renderDockerRuntime(runtime: DockerRuntimeEntry, registration: DockerPlatformPlan['registration']): string {
  const { handler, runtimePath, configPath, typeUrl, program } = runtime;
  const shim = { runtimeType: runtimePath, options: { ...(typeUrl === undefined ? {} : { TypeUrl: typeUrl }), ConfigPath: configPath } };
  const entry = registration === 'path' && program ? { path: program.path, runtimeArgs: program.args } : shim;
  return `${JSON.stringify({ runtimes: { [handler]: entry } }, undefined, 2)}\n`;
}

/** A flag as Docker hands it on; throws where a shell would read it as something else. */
export function dockerArgument(flag: string, value: string): string {
  if (!/^[\w./:,=@%+-]*$/.test(value)) {
    throw new Error(`Docker hands "${flag}" on through a shell without quotes, so its value may have letters, digits and ./:,=@%+-_ only, got "${value}"; `
      + 'register the shim instead: NodePlatform.docker({ registration: DockerRegistration.RUNTIME_TYPE })');
  }
  return `--${flag}=${value}`;
}
