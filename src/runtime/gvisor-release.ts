import { BOOLEAN, requireKinds, shown, TEXTS } from './given';
import {
  FIRST_ARCHIVE, FIRST_ZSTD_ARCHIVE, GVISOR_ARCHITECTURES, GVISOR_BINARIES, GVISOR_RELEASES_URL, GVISOR_SENTRY, SECURITY_FLOOR,
  V20260928_0, V20261005_0, type GVisorArchives,
} from './gvisor-archives';
import { compareGVisorVersions, validateGVisorVersion } from './gvisor-version';
import { releaseDirectory } from '../installer/host-layout';
import type { ArchivePlan, DownloadedArtifactPlan } from '../installer/install-plan';

/** Facts about a gVisor release that this library does not know. At least one checksum is needed. */
export interface GVisorReleaseProps {
  /**
   * SHA-512 of `gvisor.tar.zstd` for x86_64, 128 hexadecimal digits: the content of
   * `https://storage.googleapis.com/gvisor/releases/release/<version>/x86_64/gvisor.tar.zstd.sha512`.
   *
   * @default - the release is not installed on amd64 nodes
   */
  readonly amd64Sha512?: string;

  /**
   * SHA-512 of `gvisor.tar.zstd` for aarch64, 128 hexadecimal digits: the content of
   * `https://storage.googleapis.com/gvisor/releases/release/<version>/aarch64/gvisor.tar.zstd.sha512`.
   *
   * @default - the release is not installed on arm64 nodes
   */
  readonly arm64Sha512?: string;

  /**
   * Executables that the archive must hold beside `runsc` and `containerd-shim-runsc-v1`, as paths in the archive.
   * An archive without one of them is not installed.
   *
   * @default ['gvisor-bin/gvisor_sentry']
   */
  readonly requiredFiles?: string[];

  /**
   * Allow a release before 20260907.0, the first that surely has the fix of CVE-2026-96812 (a container becomes root
   * on its node).
   *
   * @default false
   */
  readonly allowBelowSecurityFloor?: boolean;
}

const KINDS = { requiredFiles: TEXTS, allowBelowSecurityFloor: BOOLEAN };

/**
 * A release of gVisor, with the checksums that its archives are verified against before a node opens them.
 * A release is always named exactly: an update of this library never changes what runs on a node.
 *
 * @see https://gvisor.dev/docs/user_guide/install/
 */
export class GVisorRelease {
  /** Release 20260928.0 for amd64 (checksum stated by eight independent sources) and arm64 (by two). */
  public static readonly V20260928_0 = GVisorRelease.known(V20260928_0);

  /** Release 20261005.0 for amd64 (checksum stated by two independent sources) and arm64 (by one). */
  public static readonly V20261005_0 = GVisorRelease.known(V20261005_0);

  /**
   * Define a release that this library does not know.
   *
   * Throws where the version is not an exact release, is older than 20260831.0 (the first one published as
   * `gvisor.tar.zstd`) or, unless allowed, older than 20260907.0; where no checksum is given or one is malformed; and
   * where a required file is not a path inside the archive.
   *
   * @param version exact release, such as `20261012.0`; `latest` and bare dates are refused
   * @param props checksums of its archives
   */
  public static of(version: string, props: GVisorReleaseProps): GVisorRelease {
    validateGVisorVersion(version);
    refuseUnpublished(version);
    requireKinds(`gVisor ${version}`, props, KINDS);
    const { amd64Sha512, arm64Sha512, requiredFiles = [GVISOR_SENTRY], allowBelowSecurityFloor } = props ?? {};
    if (compareGVisorVersions(version, SECURITY_FLOOR) < 0 && !allowBelowSecurityFloor) {
      throw new Error(`gVisor ${version} may lack the fix of CVE-2026-96812, by which a container becomes root on its node;`
        + ` use ${SECURITY_FLOOR} or newer, or set allowBelowSecurityFloor if the risk is understood`);
    }
    const checksums: { [arch: string]: string } = {
      ...checksum(version, 'amd64', amd64Sha512),
      ...checksum(version, 'arm64', arm64Sha512),
    };
    if (Object.keys(checksums).length === 0) {
      throw new Error(`gVisor ${version} has no checksum; set amd64Sha512, arm64Sha512 or both`);
    }
    return new GVisorRelease(version, checksums, allFiles(requiredFiles));
  }

  private static known(release: GVisorArchives): GVisorRelease {
    const checksums = Object.entries(release.archives).map(([arch, archive]) => [arch, archive.sha512]);
    return new GVisorRelease(release.version, Object.fromEntries(checksums), allFiles(release.sidecars));
  }

  private constructor(
    /** The exact release, such as `20260928.0`. */
    public readonly version: string,
    private readonly checksums: { readonly [arch: string]: string },
    private readonly required: readonly string[],
  ) {}

  /** Architectures that the release can be installed on, by Kubernetes' names (`amd64`, `arm64`), sorted. */
  public get architectures(): string[] {
    return Object.keys(this.checksums).sort();
  }

  /** Executables that the unpacked archive must hold, as paths in the archive, sorted. */
  public get requiredFiles(): string[] {
    return [...this.required];
  }

  /**
   * Whether this release is the given one or a newer one. Throws where `version` is not an exact release.
   *
   * @param version exact release, such as `20260928.0`
   */
  public isAtLeast(version: string): boolean {
    validateGVisorVersion(version);
    return compareGVisorVersions(this.version, version) >= 0;
  }

  /**
   * How the node agent gets this release.
   *
   * @param mirror replaces `https://storage.googleapis.com/gvisor/releases`
   * @internal
   */
  public _artifact(mirror: string = GVISOR_RELEASES_URL): DownloadedArtifactPlan {
    const base = mirror.replace(/\/+$/, '');
    const archives: { [arch: string]: ArchivePlan } = {};
    for (const arch of this.architectures) {
      archives[arch] = {
        url: `${base}/release/${this.version}/${GVISOR_ARCHITECTURES[arch]}/gvisor.tar.zstd`,
        format: 'tar.zst',
        checksum: { algorithm: 'sha512', hex: this.checksums[arch] },
      };
    }
    return {
      directory: releaseDirectory('gvisor', this.version),
      archives,
      required: this.requiredFiles,
      version: { command: [GVISOR_BINARIES.runsc, '--version'], output: `runsc version release-${this.version}` },
    };
  }
}

function refuseUnpublished(version: string): void {
  if (compareGVisorVersions(version, FIRST_ARCHIVE) < 0) {
    throw new Error(`gVisor ${version} was never published as an archive; use ${FIRST_ZSTD_ARCHIVE} or newer`);
  }
  if (compareGVisorVersions(version, FIRST_ZSTD_ARCHIVE) < 0) {
    throw new Error(`gVisor ${version} was not published as gvisor.tar.zstd; use ${FIRST_ZSTD_ARCHIVE} or newer`);
  }
}

function checksum(version: string, arch: string, sha512: string | undefined): { [arch: string]: string } {
  if (sha512 === undefined) {
    return {};
  }
  if (!/^[0-9a-f]{128}$/i.test(sha512)) {
    const strange = /[^0-9a-f]/i.exec(sha512);
    throw new Error(`${arch}Sha512 of gVisor ${version} must be a SHA-512 of 128 hexadecimal digits, got ${typeof sha512 === 'string' ? `${sha512.length} characters` : shown(sha512)}`
      + (strange ? ` with "${strange[0]}" at position ${strange.index + 1}` : '')
      + `; copy the first word of gvisor.tar.zstd.sha512 of ${GVISOR_ARCHITECTURES[arch]}`);
  }
  return { [arch]: sha512.toLowerCase() };
}

function allFiles(sidecars: readonly string[]): string[] {
  for (const file of sidecars) {
    if (!/^[\w.+-]+(\/[\w.+-]+)*$/.test(file) || file.split('/').some((part) => part === '.' || part === '..')) {
      throw new Error(`a required file must be a path inside the archive such as "${GVISOR_SENTRY}", got "${file}"`);
    }
  }
  return [...new Set([GVISOR_BINARIES.runsc, GVISOR_BINARIES.shim, ...sidecars])].sort();
}
