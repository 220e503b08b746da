import { ArtifactMirror } from '../node/artifact-mirror';
import { expectRefusal } from '../node/expect-refusal';
import { GVisorArchive, gvisorArchive } from '../node/gvisor-archive';
import { ImageArchive, nodeImage, pauseImage } from '../node/images';
import { criTable, nodeConfig } from '../node/node-config';
import { TestNode } from '../node/test-node';
import { ContainerdVersion, GVISOR_RELEASE } from '../toolchain';

const CONFIG = '/etc/containerd/config.toml';

let mirror: ArtifactMirror;
let release: GVisorArchive;
let images: ImageArchive[];

beforeAll(async () => {
  mirror = await ArtifactMirror.start();
  release = await gvisorArchive(GVISOR_RELEASE);
  mirror.serve(release);
  images = [pauseImage(), nodeImage()];
});

afterAll(() => mirror.stop());

interface BadConfig {
  readonly given: string;
  readonly containerd: readonly ContainerdVersion[];
  readonly config: (good: string, cri: string) => string;
  readonly says: RegExp;
}

const BAD_CONFIGS: BadConfig[] = [
  {
    given: 'a config.toml that is not TOML',
    containerd: ['1.7', '2.2'],
    config: good => `${good}\n[plugins\n`,
    says: /\/etc\/containerd\/config\.toml/,
  },
  {
    given: 'imports that is a string',
    containerd: ['2.2'],
    config: good => `imports = "/etc/containerd/conf.d/*.toml"\n${good}`,
    says: /imports/,
  },
  {
    given: 'imports with a number in it',
    containerd: ['2.2'],
    config: good => `imports = ["/etc/containerd/conf.d/*.toml", 1]\n${good}`,
    says: /imports/,
  },
  {
    given: 'runtimes as an inline table',
    containerd: ['1.7'],
    config: (_, cri) => `version = 2\n[${cri}.containerd]\n  runtimes = { runc = { runtime_type = "io.containerd.runc.v2" } }\n`,
    says: /runtimes/,
  },
  {
    given: 'a disabled CRI plugin',
    containerd: ['1.7', '2.2'],
    config: good => `disabled_plugins = ["cri"]\n${good}`,
    says: /disabled_plugins/,
  },
  {
    given: 'another installer\'s runsc table',
    containerd: ['1.7', '2.2'],
    config: (good, cri) => `${good}\n[${cri}.containerd.runtimes.runsc]\n  runtime_type = "io.containerd.runsc.v1"\n`,
    says: /runsc/,
  },
];

describe.each(['1.7', '2.2'] as const)('on containerd %s the installer stops before the first write', version => {
  let node: TestNode;
  const goodConfig = nodeConfig(version)[CONFIG];

  beforeAll(async () => {
    node = await TestNode.start({ containerd: version, files: nodeConfig(version) });
    node.importImages(images);
  });

  afterAll(() => node?.stop());

  test.each(BAD_CONFIGS.filter(({ containerd }) => containerd.includes(version)))('given $given', async ({ config, says }) => {
    node.write(CONFIG, config(goodConfig, criTable(version)));
    try {
      await expectRefusal(node, mirror, release, says);
    } finally {
      node.write(CONFIG, goodConfig);
    }
  });
});

describe.each([['1.7', 'v1.6.39'], ['2.2', 'v2.0.3']] as const)('on a node that says it runs containerd %s %s', (version, said) => {
  let node: TestNode;

  beforeAll(async () => {
    node = await TestNode.start({ containerd: version, saidVersion: said, files: nodeConfig(version) });
    node.importImages(images);
  });

  afterAll(() => node?.stop());

  test('the installer refuses the version and says what to do', async () => {
    await expectRefusal(node, mirror, release, new RegExp(`${said.slice(1)}.*(update|upgrade) containerd`));
  });
});
