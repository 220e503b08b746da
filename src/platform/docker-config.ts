/**
 * A runtime of Docker Engine, `runtimes.<handler>` in `daemon.json`: a program that is used like runc (`path`), or a
 * containerd shim (`runtimeType`, since 24.0).
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
  /** What is used instead of the shim. Absent: nothing. */
  readonly program?: DockerProgram;
}

export interface DockerProgram {
  readonly path: string;
  /** Docker writes them unquoted into a shell script: see `dockerArgument`. */
  readonly args: readonly string[];
}

/** What is merged into `daemon.json` for one handler. */
export function renderDockerRuntime({ handler, runtimePath, configPath, typeUrl, program }: DockerRuntimeEntry): string {
  const entry = program
    ? { path: program.path, runtimeArgs: program.args }
    : { runtimeType: runtimePath, options: { ...(typeUrl === undefined ? {} : { TypeUrl: typeUrl }), ConfigPath: configPath } };
  return `${JSON.stringify({ runtimes: { [handler]: entry } }, undefined, 2)}\n`;
}

/** A flag as Docker hands it on; throws where a shell would read it as something else. */
export function dockerArgument(flag: string, value: string): string {
  if (!/^[\w./:,=@%+-]*$/.test(value)) {
    throw new Error(`Docker hands "${flag}" on through a shell without quotes, so its value may have letters, digits and ./:,=@%+-_ only, got "${value}"`);
  }
  return `--${flag}=${value}`;
}
