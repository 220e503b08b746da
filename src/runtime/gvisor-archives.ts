/**
 * What is known of gVisor's published archives, `gvisor.tar.zstd`. The checksums are those that public repositories
 * pin; `sources` counts how many independent ones state the same value. The node agent verifies the archive against
 * the checksum before it opens it, so a wrong one stops an installation and can do no more.
 */
export interface GVisorArchives {
  readonly version: string;
  /** By Kubernetes architecture. */
  readonly archives: { readonly [arch: string]: { readonly sha512: string; readonly sources: number } };
  /** Files of the archive beside `runsc` and its shim; each is one that runsc starts when it needs it. */
  readonly sidecars: readonly string[];
}

/** Where gVisor publishes its releases; a mirror replaces exactly this. */
export const GVISOR_RELEASES_URL = 'https://storage.googleapis.com/gvisor/releases';

/** gVisor's names of the architectures by Kubernetes' names. It has no others. */
export const GVISOR_ARCHITECTURES: { readonly [arch: string]: string } = { amd64: 'x86_64', arm64: 'aarch64' };

/** Files that no release works without. */
export const GVISOR_BINARIES = { runsc: 'runsc', shim: 'containerd-shim-runsc-v1' } as const;

/** The sidecar without which runsc refuses to start since the sidecars became mandatory; the list of the others is open-ended. */
export const GVISOR_SENTRY = 'gvisor-bin/gvisor_sentry';

/** First release published as one archive; before it the files were loose and had no sidecars (google/gvisor#13718). */
export const FIRST_ARCHIVE = '20260721.0';

/** First release whose archive is also published as zstd, the only format that the node agent can open by itself. */
export const FIRST_ZSTD_ARCHIVE = '20260831.0';

/** First release that surely has the fix of CVE-2026-96812, an escape to root on the host. */
export const SECURITY_FLOOR = '20260907.0';

export const V20260928_0: GVisorArchives = {
  version: '20260928.0',
  archives: {
    amd64: {
      sha512: '4ce35ca83aef7f96b06cde668e0b23aa98b05aa1829508e974196c2a1e02786c95f5bf79315fd7ddcfd88fe7a00f083ed8053e25eff7673d28d5256440caae8b',
      sources: 8,
    },
    arm64: {
      sha512: '31519c2c8476c6eb24f51aa1378e555b4e86883dc1c8d81fb82df1af1900f38b10149affaa05bcc2418e57989bd04a33603a10ac73fee92e0fe20aef44e402e3',
      sources: 2,
    },
  },
  sidecars: [GVISOR_SENTRY, 'gvisor-bin/checkpointgofer', 'gvisor-bin/gvisor-sentry-prewarmer', 'gvisor-bin/runsc-metric-server'],
};

export const V20261005_0: GVisorArchives = {
  version: '20261005.0',
  archives: {
    amd64: {
      sha512: '27fed731b432d6a39d908956623fd273979fda66b3ccf4b9c12413ea417c516e18a9dc3cced403fb28efe495d64dce4251f51cf8c4d9f4a72f9833bd96b6bb35',
      sources: 2,
    },
    arm64: {
      sha512: 'cb1c1ac7616f1f0e2287d39660aa9a65f1d81b866c7fa29457f78da62373baadda2d55aa96a200743dfe56193e43d2b6256af23a23d41d0b49a49b4971982435',
      sources: 1,
    },
  },
  sidecars: [
    GVISOR_SENTRY,
    'gvisor-bin/checkpointgofer',
    'gvisor-bin/gvisor-sentry-prewarmer',
    'gvisor-bin/runsc-fd-parking',
    'gvisor-bin/runsc-metric-server',
  ],
};
