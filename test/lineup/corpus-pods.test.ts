import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { checkLineUp } from '../../src/lineup/line-up';
import { POD_RULES } from '../../src/lineup/pod-rules';

const CORPUS = join(__dirname, '..', '..', '..', 'shared', 'corpus', 'pods');
const IDS: readonly string[] = POD_RULES.map(({ id }) => id);

// Other people's files are not part of the repository.
(existsSync(CORPUS) ? test : test.skip)(`the Pods of public repositories get verdicts that a person agrees with${existsSync(CORPUS) ? '' : ' (skipped: they are not beside this checkout)'}`, () => {
  const verdicts = readdirSync(CORPUS).filter((file) => file.endsWith('.yaml')).flatMap((file) => {
    const documents = parseAllDocuments(readFileSync(join(CORPUS, file), 'utf8')).filter(({ errors }) => !errors.length).map((document) => document.toJS());
    return checkLineUp(documents).findings.filter(({ rule }) => IDS.includes(rule)).map(({ rule, severity }) => `${file} ${severity} ${rule}`);
  });
  expect(verdicts.sort()).toEqual([
    // A privileged Pod with a folder of the host in Kata.
    '11.yaml warning host-path',
    '11.yaml warning privileged',
    // gVisor's own tutorial for Docker in a sandbox, which adds all capabilities.
    '29.yaml warning admin-capabilities',
    '29.yaml warning net-raw',
    // Kata's own tests: a privileged Pod, and OpenVPN, which means the guest's /dev/net/tun.
    '31.yaml warning privileged',
    '43.yaml warning admin-capabilities',
    '43.yaml warning host-device',
    // A Pod that is bound to a node past the scheduler.
    '67.yaml warning node-name',
  ]);
});
