import { CONTAINERD_IMAGES, CONTAINERD_TABLES } from './containerd-tables';
import { writeToml } from './toml';

export { CONTAINERD_IMAGES, CONTAINERD_TABLES };

/** One entry of containerd's `runtimes`, see the `Runtime` struct in containerd's internal/cri/config/config.go. */
export interface ContainerdRuntimeTable {
  readonly handler: string;
  readonly runtimeType: string;
  readonly runtimePath: string;
  readonly configPath: string;
  /** Absent: the shim looks only at the path. */
  readonly typeUrl?: string;
  readonly podAnnotations: readonly string[];
  /** Absent: none. */
  readonly containerAnnotations?: readonly string[];
  /** Absent: containerd's own. */
  readonly snapshotter?: string;
}

/**
 * The runtime table of one handler, without a `version` line: a drop-in with one is refused or silently dropped by
 * some containerd releases when the main file has another version.
 */
export function renderContainerdTable(section: keyof typeof CONTAINERD_TABLES, table: ContainerdRuntimeTable): string {
  const { typeUrl, podAnnotations, containerAnnotations = [], snapshotter } = table;
  return writeToml({
    plugins: {
      [CONTAINERD_TABLES[section]]: {
        containerd: {
          runtimes: {
            [table.handler]: {
              runtime_type: table.runtimeType,
              runtime_path: table.runtimePath,
              privileged_without_host_devices: true,
              ...(podAnnotations.length ? { pod_annotations: [...podAnnotations] } : {}),
              ...(containerAnnotations.length ? { container_annotations: [...containerAnnotations] } : {}),
              ...(snapshotter === undefined ? {} : { snapshotter }),
              options: { ...(typeUrl === undefined ? {} : { TypeUrl: typeUrl }), ConfigPath: table.configPath },
            },
          },
        },
      },
      ...(snapshotter === undefined ? {} : { [CONTAINERD_IMAGES]: { runtime_platforms: { [table.handler]: { snapshotter } } } }),
    },
  });
}
